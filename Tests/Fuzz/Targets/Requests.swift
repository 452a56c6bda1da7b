// modules: Bytes Trust HTTP
@testable import HTTP

/// Any bytes as a connection's input: the verdict may not depend on how they are cut, and every target and query
/// that was accepted can be decoded or is refused, never half.
private func verdict(_ bytes: [UInt8], pieces: Int) -> [String] {
  let limits = Limits()
  var reader = RequestReader(limits: limits)
  var verdict: [String] = []
  var pending: [UInt8] = []
  var at = 0
  while at < bytes.count {
    let end = min(bytes.count, at + pieces)
    pending += bytes[at..<end]
    at = end
    var used = 0
    while used < pending.count {
      do throws(Refusal) {
        let (consumed, complete) = try reader.read(
          pending.span.extracting(used..<pending.count), limits: limits)
        used += consumed
        guard complete, let (head, body) = reader.take(limits: limits) else { break }
        let acceptable = PathSegments.areAcceptable(head.bytes, head.path)
        precondition(
          acceptable == (PathSegments.decoded(head.bytes, head.path) != nil), "a path half refused")
        if let query = head.query { _ = FormPairs.decoded(head.bytes, query) }
        verdict.append("\(head.method) \(head.path) \(head.fields.count) \(body)")
      } catch {
        return verdict + [error.code]
      }
    }
    pending.removeFirst(used)
  }
  return verdict + [reader.isAtStart ? "" : "more"]
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = bytes.first else { return 0 }
  let input = Array(bytes.dropFirst())
  let whole = verdict(input, pieces: max(1, input.count))
  precondition(whole == verdict(input, pieces: 1), "another verdict byte by byte")
  precondition(whole == verdict(input, pieces: 2 + Int(first) % 61), "another verdict in pieces")
  return 0
}
