import SQLite

/// The tables of access.sqlite. Times are RFC 3339 text; keys are stored as HMAC only. A row gives a power only where the
/// administrative entries account for its content (`Ground`).
enum AccessTables {
  /// Columns of grants that 0.1 did not have.
  static let grantColumns: [(name: String, statement: SQL)] = [
    ("level", "ALTER TABLE grants ADD COLUMN level TEXT"),
    ("portal", "ALTER TABLE grants ADD COLUMN portal TEXT"),
    ("proposal", "ALTER TABLE grants ADD COLUMN proposal TEXT"),
  ]

  static let statements: [SQL] = [
    """
    CREATE TABLE IF NOT EXISTS clients(
      id TEXT PRIMARY KEY, name TEXT NOT NULL, contact TEXT NOT NULL, status TEXT NOT NULL, created TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS certificates(
      thumbprint TEXT PRIMARY KEY, client TEXT NOT NULL REFERENCES clients(id), public_key_hash BLOB NOT NULL,
      issuer_key_hash BLOB NOT NULL, serial TEXT NOT NULL, not_after TEXT NOT NULL, revoked TEXT) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS keys(
      id TEXT PRIMARY KEY, client TEXT NOT NULL REFERENCES clients(id), mac BLOB NOT NULL UNIQUE,
      thumbprint TEXT NOT NULL, public_key_hash BLOB NOT NULL, issuer_key_hash BLOB NOT NULL,
      created TEXT NOT NULL, expires TEXT NOT NULL, revoked TEXT) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS grants(
      id INTEGER PRIMARY KEY, client TEXT NOT NULL REFERENCES clients(id), dataset TEXT NOT NULL, result TEXT NOT NULL,
      purpose TEXT NOT NULL, starts TEXT NOT NULL, ends TEXT NOT NULL, calls_per_day INTEGER NOT NULL,
      status TEXT NOT NULL, proposer TEXT NOT NULL, approver TEXT, approval TEXT, created TEXT NOT NULL,
      level TEXT, portal TEXT, proposal TEXT) STRICT
    """,
    // What the ledger still has to be told; written in the same transaction as the change it tells of.
    "CREATE TABLE IF NOT EXISTS outbox(id INTEGER PRIMARY KEY, entry TEXT NOT NULL) STRICT",
    // The last administrative entry: its number, and SHA-256 over it, which the next one names.
    "CREATE TABLE IF NOT EXISTS chain(id INTEGER PRIMARY KEY CHECK(id = 1), serial INTEGER NOT NULL, head TEXT NOT NULL) STRICT",
    // Where in the log each administrative entry stands, so that a start walks these alone.
    "CREATE TABLE IF NOT EXISTS administrative(serial INTEGER PRIMARY KEY, log_index INTEGER NOT NULL) STRICT",
    // The last release that was served here, with the head of the decisions log it was made with, and other heads.
    "CREATE TABLE IF NOT EXISTS heads(name TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL) STRICT",
    // Calls used by a grant in one UTC day, and the index of the ledger up to which they are counted.
    "CREATE TABLE IF NOT EXISTS usage(grant_id INTEGER NOT NULL, day TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY(grant_id, day)) STRICT",
    // What limits guessing, as keyed hashes: failed tuples of the last day, recent outcomes, used consent tokens.
    """
    CREATE TABLE IF NOT EXISTS failures(client TEXT NOT NULL, subject BLOB NOT NULL, tuple BLOB NOT NULL,
      time INTEGER NOT NULL) STRICT
    """,
    "CREATE TABLE IF NOT EXISTS outcomes(client TEXT PRIMARY KEY, agreed BLOB NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS consents(id BLOB PRIMARY KEY, expires INTEGER NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS state(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT",
  ]
}
