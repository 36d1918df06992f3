-- The engine keeps what it knows of its indexes in a database of its own.
CREATE DATABASE quickwit;
