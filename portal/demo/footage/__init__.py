"""Real video for the filmed scenes, composited from sample material that packages carry."""
