internal import Glibc

/// The bytes of a database, mapped out of an open file; what is changed of them is changed here only.
final class DatabaseImage {
  let address: UnsafeMutableRawPointer
  private let count: Int

  init?(_ file: Int32, start: Int, count: Int) {
    guard count > 0,
      let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, off_t(start)),
      address != MAP_FAILED
    else { return nil }
    self.address = address
    self.count = count
    // A write-ahead log is none of the image: versions 2 say that there may be one (file format 1.3, offsets 18 and 19).
    guard count >= 20 else { return }
    for place in 18...19 where address.load(fromByteOffset: place, as: UInt8.self) == 2 {
      address.storeBytes(of: 1, toByteOffset: place, as: UInt8.self)
    }
  }

  deinit { munmap(address, count) }
}
