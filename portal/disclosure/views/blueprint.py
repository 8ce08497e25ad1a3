"""The one blueprint that the modules of this folder hang their pages on."""

from flask import Blueprint

blueprint = Blueprint("disclosure", __name__)
