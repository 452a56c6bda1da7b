// modules: Bytes SQLite Tables
// with: Tests/TablesTests/Hostile.swift
import Glibc

/// In memory where the system has a place for that.
private let hostile = Hostile(
  path: (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/doorsill-fuzz-json-\(getpid())")

/// Any bytes as JSON, NDJSON or GeoJSON: read or refused as the whole text is.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let complaint = hostile.json(Array(UnsafeBufferPointer(start: start, count: count)))
  unlink(hostile.path)
  if let complaint { fatalError(complaint) }
  return 0
}
