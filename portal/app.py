"""The application factory: every blueprint is listed here and nowhere else."""

from datetime import timedelta
from threading import BoundedSemaphore

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import health
from portal.audit import staff_views as audit_staff
from portal.config import Settings
from portal.disclosure import staff_views as disclosure_staff
from portal.disclosure import views as disclosure_public
from portal.expiry.commands.reconciling import owe_look
from portal.feed import views as feed
from portal.holds import staff_views as holds_staff
from portal.house import House
from portal.identity import views as identity_public
from portal.office import views as office
from portal.outbox import staff_views as outbox_staff
from portal.recordings import staff_views as recordings_staff
from portal.requests import staff_views as requests_staff
from portal.requests import views as requests_public
from portal.reviews import staff_views as reviews_staff
from portal.reviews import views as reviews_public
from portal.web import access_log, errors, guards, headers, sizes
from portal.web.rendering import prepare_templates


def create_app(house: House) -> Flask:
    """The web application over an open house."""
    app = Flask("portal")
    app.extensions["portal"] = house
    app.extensions["downloads"] = BoundedSemaphore(house.settings.downloads_at_once)
    app.config.update(_flask_settings(house.settings))
    _trust_proxies(app, house.settings.proxies)
    # A machine shows its key in each call, and no browser adds that by itself.
    CSRFProtect(app).exempt(feed.blueprint)
    prepare_templates(app)
    _introduce(app, house.settings)
    access_log.install(app)
    sizes.install(app)
    headers.install(app, is_https=house.settings.is_https)
    guards.install(app, office.find_handler, feed.admit)
    errors.install(app, _look_at)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    return app


def _look_at(house: House, key: str) -> None:
    with house.db.writing() as session:
        owe_look(session, key=key, at=house.now())


def _blueprints() -> tuple[Blueprint, ...]:
    return (
        health.blueprint,
        *requests_public.blueprints,
        identity_public.blueprint,
        disclosure_public.blueprint,
        reviews_public.blueprint,
        feed.blueprint,
        _office(),
    )


def _office() -> Blueprint:
    """Every staff page hangs under this one blueprint. It is built anew for each application,
    because Flask lets nothing be added to a blueprint that was registered before."""
    parent = Blueprint("office", "portal.office", url_prefix="/office")
    parent.context_processor(office.navigation)
    for child in (
        *office.blueprints(),
        *requests_staff.blueprints,
        recordings_staff.blueprint,
        holds_staff.blueprint,
        disclosure_staff.blueprint,
        reviews_staff.blueprint,
        audit_staff.blueprint,
        outbox_staff.blueprint,
    ):
        parent.register_blueprint(child)
    return parent


def _trust_proxies(app: Flask, proxies: int) -> None:
    """Believe what our own proxies say of the visitor's address and scheme, and nobody else."""
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]


def _flask_settings(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": "__Host-portal" if settings.is_https else "portal",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "MAX_CONTENT_LENGTH": settings.upload_megabytes * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        "MAX_FORM_PARTS": 500,
        "WTF_CSRF_TIME_LIMIT": 12 * 60 * 60,
        "WTF_CSRF_SSL_STRICT": False,  # no-referrer is our policy, so there is none to check
    }


def _introduce(app: Flask, settings: Settings) -> None:
    """What every page may say of the force."""
    app.jinja_env.globals.update(
        force_name=settings.force_name,
        service_name=settings.service_name,
        exit_url=settings.safety_url,
        regulator_name=settings.regulator_name,
        regulator_address=settings.regulator_address,
        dpo_contact=settings.dpo_contact,
        retention_days=settings.retention_days,
        contact={
            "phone": settings.contact_phone,
            "email": settings.contact_email,
            "address": settings.contact_address,
        },
    )
