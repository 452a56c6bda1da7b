import SQLite

/// The tables of access.sqlite. Times are RFC 3339 text; keys are stored as HMAC only.
enum AccessTables {
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
      status TEXT NOT NULL, proposer TEXT NOT NULL, approver TEXT, approval TEXT, created TEXT NOT NULL) STRICT
    """,
    // What the ledger still has to be told; written in the same transaction as the change it tells of.
    "CREATE TABLE IF NOT EXISTS outbox(id INTEGER PRIMARY KEY, entry TEXT NOT NULL) STRICT",
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
