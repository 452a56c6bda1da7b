// modules: Bytes Trust HTTP
@testable import HTTP

/// Any bytes as the value of the fields that select a representation: what comes out lies inside the file, and the
/// sum of what is sent is never more than the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard bytes.count > 2 else { return 0 }
  let size = Int(bytes[0]) << 8 | Int(bytes[1])
  let value = 2..<bytes.count
  switch ByteRanges(bytes, value, size: size, limit: 10) {
  case .whole, .unsatisfiable: break
  case .parts(let parts):
    precondition(
      !parts.isEmpty && parts.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= size })
    precondition(parts.reduce(0) { $0 + $1.count } <= max(size, parts[0].count), "more than the whole")
  }
  let prefixed = Array("bytes=".utf8) + bytes[value]
  if case .parts(let parts) = ByteRanges(prefixed, 0..<prefixed.count, size: size, limit: 10) {
    precondition(parts.count <= 10 && parts.allSatisfy { !$0.isEmpty && $0.upperBound <= size })
  }
  _ = AcceptEncoding.wantsGzip(bytes, [value])
  _ = Conditions.date(bytes, value)
  let tag = Array("\"abc\"".utf8)
  var fields = SelectingFields()
  fields.ifNoneMatch = [value]
  let verdict = Conditions.judge(fields, in: bytes, etag: tag, modified: 0, isRead: true)
  if verdict == .notModified, value.count != 1 {
    precondition(
      String(decoding: bytes[value], as: UTF8.self).contains("\"abc\""), "matched a tag that is not there")
  }
  _ = Conditions.rangeStillFits(bytes, value, etag: tag, modified: 0, now: 1_000_000)
  _ = FormPairs.decoded(bytes, value)
  return 0
}
