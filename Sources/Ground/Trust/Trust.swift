// Trust: see the table in Package.swift.
