// Disclosure: see the table in Package.swift.
