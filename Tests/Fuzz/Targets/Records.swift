// modules: Bytes Trust
// with: Tests/TrustTests/HostileRecords.swift

/// Any bytes as what a caller sends to a TLS port.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  if let complaint = HostileRecords.complaint(Array(UnsafeBufferPointer(start: start, count: count))) {
    fatalError(complaint)
  }
  return 0
}
