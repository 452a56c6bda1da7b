package import Bytes
import Synchronization

/// A table's file, held once: opened, and copied where others may still write it, when somebody reads it first. Whoever
/// reads it afterwards reads the same bytes, whatever stands at its path by then.
package final class HeldSource: Sendable {
  private let open: @Sendable () throws(TableError) -> HeldFile
  private let held: Mutex<HeldFile?>

  package init(_ open: @escaping @Sendable () throws(TableError) -> HeldFile) {
    self.open = open
    held = Mutex(nil)
  }

  /// One that is held already.
  package convenience init(_ file: HeldFile) { self.init { () throws(TableError) in file } }

  /// Its bytes.
  package func file() throws(TableError) -> HeldFile {
    try held.withLock { (held) throws(TableError) in
      if let held { return held }
      let file = try open()
      held = file
      return file
    }
  }
}
