/// A zip file that is damaged, unsafe or larger than allowed.
package struct ZipError: Fault, Equatable {
  package enum Code: Sendable, Equatable {
    /// No zip file at all.
    case notZip
    case damaged
    /// Encrypted, split over several disks, or packed by another method than stored and deflated.
    case unsupported
    /// A name that would leave the folder it is unpacked into, or that stands twice.
    case unsafeName
    /// A limit of `ZipLimits` is exceeded, or entries share bytes.
    case bomb
    /// The file itself could not be read or written.
    case file
  }

  package let code: Code
  package let reason: String
  /// The entry it is about, or nil.
  package let entry: String?

  init(_ code: Code, _ reason: String, entry: String? = nil) {
    self.code = code
    self.reason = reason
    self.entry = entry
  }

  package var message: String { "zip file\(entry.map { ", entry \"\($0)\"" } ?? ""): \(reason)" }
  package var blame: Blame { code == .file ? .environment : .data }

  package static func == (left: ZipError, right: ZipError) -> Bool { left.code == right.code }
}

/// What a zip file may cost, so that a small one cannot fill the memory.
package struct ZipLimits: Sendable {
  /// Entries in the file.
  package var entries = 65_536
  /// Unpacked bytes of one entry.
  package var entryBytes = 4 << 30
  /// Unpacked bytes of all entries.
  package var totalBytes = 16 << 30
  /// Unpacked bytes for each packed byte, counted from 1 MiB unpacked on. Deflate itself reaches 1032.
  package var ratio = 500

  package init() {}
}

/// One file in a zip.
package struct ZipEntry: Sendable, Equatable {
  package let name: String
  package let packedSize: Int
  package let size: Int
  package let checksum: UInt32
  /// 0 stored, 8 deflated.
  let method: UInt16
  /// Where its local header stands.
  let offset: Int

  package var isFolder: Bool { name.utf8.last == UInt8(ascii: "/") }
}
