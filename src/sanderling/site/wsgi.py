"""The WSGI application (gunicorn keeps the letter case of ``TotalCount``, ASGI servers do not)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanderling.site.settings")
application = get_wsgi_application()
