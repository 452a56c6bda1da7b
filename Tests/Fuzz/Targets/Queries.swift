// modules: Bytes SQLite Trust Releases HTTP
// with: Tests/ServingTests/HostileQueries.swift

/// Any bytes as the query of a call.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  if let complaint = HostileQueries.complaint(Array(UnsafeBufferPointer(start: start, count: count))) {
    fatalError(complaint)
  }
  return 0
}
