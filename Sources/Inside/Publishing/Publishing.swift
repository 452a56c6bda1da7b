// Publishing: see the table in Package.swift.
