// Commands: see the table in Package.swift.
