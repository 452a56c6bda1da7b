// modules: Bytes Trust HTTP
// with: Tests/HTTPTests/Hostile.swift

/// Any bytes as the value of a field that selects: ranges, conditions, codings, queries.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  if let complaint = Hostile.fields(Array(UnsafeBufferPointer(start: start, count: count))) {
    fatalError(complaint)
  }
  return 0
}
