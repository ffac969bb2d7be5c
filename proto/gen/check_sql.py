"""Prepares every statement in a migrated database and compares what it declares with what the server says.

usage: check_sql.py DSN schema=queries.sql…
The schema is the search path of the statements: dues=services/dues/queries.sql dues=services/store/queries.sql
"""
import ctypes
import ctypes.util
import sys

import sql

# Object ids, fixed in every PostgreSQL, as in services/store/statement.c.
OIDS = {"bool": 16, "bytea": 17, "int8": 20, "int4": 23, "text": 25, "date": 1082, "timestamptz": 1184, "uuid": 2950}
ARRAY_OIDS = {
    "bool": 1000, "bytea": 1001, "int8": 1016, "int4": 1007, "text": 1009, "date": 1182, "timestamptz": 1185,
    "uuid": 2951,
}
CONNECTION_OK, COMMAND_OK = 0, 1


def oid(value):
    return (ARRAY_OIDS if value.array else OIDS)[value.type]


class Database:
    """libpq itself: psycopg2 has no way to describe a prepared statement."""

    def __init__(self, dsn):
        self.pq = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
        for name in ("PQconnectdb", "PQprepare", "PQdescribePrepared", "PQexec"):
            getattr(self.pq, name).restype = ctypes.c_void_p
        for name in ("PQfname", "PQresultErrorMessage", "PQerrorMessage"):
            getattr(self.pq, name).restype = ctypes.c_char_p
        self.pq.PQftype.restype = ctypes.c_uint
        self.connection = ctypes.c_void_p(self.pq.PQconnectdb(dsn.encode()))
        if self.pq.PQstatus(self.connection) != CONNECTION_OK:
            raise ConnectionError(self.pq.PQerrorMessage(self.connection).decode().strip())

    def _run(self, function, *arguments):
        """Returns the result, or raises ValueError with the first line of the server's message."""
        result = ctypes.c_void_p(function(self.connection, *arguments))
        if self.pq.PQresultStatus(result) != COMMAND_OK:
            message = self.pq.PQresultErrorMessage(result).decode().split("\n")[0]
            self.pq.PQclear(result)
            raise ValueError(message)
        return result

    def set_path(self, schema):
        quoted = schema.replace('"', '""')
        self.pq.PQclear(self._run(self.pq.PQexec, f'SET search_path TO "{quoted}"'.encode()))

    def describe(self, text, params):
        """Prepares the statement; returns [(column name, type's object id)]."""
        types = (ctypes.c_uint * max(len(params), 1))(*params)
        self.pq.PQclear(self._run(self.pq.PQprepare, b"", text.encode(), len(params), types))
        result = self._run(self.pq.PQdescribePrepared, b"")
        columns = [(self.pq.PQfname(result, i).decode(), self.pq.PQftype(result, i))
                   for i in range(self.pq.PQnfields(result))]
        self.pq.PQclear(result)
        return columns


def type_name(number):
    for names, suffix in ((OIDS, ""), (ARRAY_OIDS, "[]")):
        for name, value in names.items():
            if value == number:
                return name + suffix
    return f"type {number}"


def compare(statement, found):
    """Sentences about columns that differ."""
    declared = [(column.name, oid(column)) for column in statement.columns]
    if statement.kind == "save" and found:
        yield f"{statement.name} is a :save and returns {len(found)} columns."
    elif len(found) != len(declared):
        yield f"{statement.name} declares {len(declared)} columns and returns {len(found)}."
    for (name, number), (real_name, real_number) in zip(declared, found):
        if name != real_name:
            yield f"{statement.name} declares the column {name} where {real_name} is returned."
        elif number != real_number:
            yield (f"{statement.name} declares {name} as {type_name(number)}, but it is "
                   f"{type_name(real_number)}.")


def main(dsn, pairs):
    database, faults, count = Database(dsn), [], 0
    for pair in pairs:
        schema, path = pair.split("=", 1)
        statements, wrong = sql.read(path)
        faults += wrong
        database.set_path(schema)
        for statement in statements:
            count += 1
            try:
                found = database.describe(statement.sql, [oid(param) for param in statement.params])
            except ValueError as error:
                faults.append(f"{path}:{statement.line}: {statement.name} cannot be prepared: {error}")
                continue
            faults += [f"{path}:{statement.line}: {fault}" for fault in compare(statement, found)]
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    print(f"{count} statements prepared, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
