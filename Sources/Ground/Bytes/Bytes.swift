// Bytes: see the table in Package.swift.
