// modules: Bytes Trust HTTP
@testable import HTTP

/// Any bytes as a structured field (RFC 9651): what was read is written, and reads as the same again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let item = try? StructuredFieldParser.item(bytes) {
    guard let written = StructuredFieldWriter.item(item) else { preconditionFailure("read and not written") }
    precondition((try? StructuredFieldParser.item(Array(written.utf8))) == item, "another item")
  }
  if let list = try? StructuredFieldParser.list(bytes) {
    guard let written = StructuredFieldWriter.list(list) else { preconditionFailure("read and not written") }
    precondition((try? StructuredFieldParser.list(Array(written.utf8))) == list, "another list")
  }
  if let members = try? StructuredFieldParser.dictionary(bytes) {
    guard let written = StructuredFieldWriter.dictionary(members) else {
      preconditionFailure("read and not written")
    }
    precondition(
      (try? StructuredFieldParser.dictionary(Array(written.utf8))) == members, "another dictionary")
  }
  return 0
}
