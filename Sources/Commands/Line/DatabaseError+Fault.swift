package import Bytes
package import SQLite

/// SQLite stands beside Bytes and may not know its `Fault`; here both are known.
extension DatabaseError: Fault {
  package var blame: Blame { isEnvironment ? .environment : .data }
}
