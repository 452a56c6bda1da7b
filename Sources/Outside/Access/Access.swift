// Access: see the table in Package.swift.
