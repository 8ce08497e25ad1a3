"""What every table keeps to."""

from portal.db import Base
from tests.architecture.source import modules


def test_no_relation_is_loaded_behind_a_templates_back() -> None:
    """A page that needs related rows asks for them in its query: what was not asked for raises,
    instead of one more query for each row of a list."""
    assert len(list(modules())) > 100  # importing them is what declares the tables
    relations = [each for mapper in Base.registry.mappers for each in mapper.relationships]
    assert relations
    assert [str(each) for each in relations if each.lazy not in ("raise", "raise_on_sql")] == []


def test_every_constraint_has_a_name_that_a_migration_can_use() -> None:
    constraints = [
        constraint for table in Base.metadata.tables.values() for constraint in table.constraints
    ]
    assert constraints
    assert [str(each.table) for each in constraints if not each.name] == []
