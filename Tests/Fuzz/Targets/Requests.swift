// modules: Bytes Trust HTTP
// with: Tests/HTTPTests/Hostile.swift

/// Any bytes as a connection's input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  if let complaint = Hostile.requests(Array(UnsafeBufferPointer(start: start, count: count))) {
    fatalError(complaint)
  }
  return 0
}
