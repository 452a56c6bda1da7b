// Tables: see the table in Package.swift.
