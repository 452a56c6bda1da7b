// Results: see the table in Package.swift.
