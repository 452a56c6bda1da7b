// modules: Bytes
// with: Tests/BytesTests/Hostile.swift

/// Any bytes as JSON, JSON5 or a zip file, by the first of them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = bytes.first else { return 0 }
  let rest = Array(bytes.dropFirst())
  let complaint =
    switch first % 3 {
    case 0: Hostile.json(rest)
    case 1: Hostile.json5(rest)
    default: Hostile.zip(rest)
    }
  if let complaint { fatalError(complaint) }
  return 0
}
