import CLinux
import Glibc

/// Who the process is.
package enum Privileges {
  /// A user to become.
  package struct User: Sendable, Equatable {
    package let name: String
    let uid: uid_t
    let gid: gid_t

    /// A user by name; nil where there is none.
    package init?(named name: String) {
      guard let entry = getpwnam(name) else { return nil }
      self.init(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
    }

    /// Whoever owns a folder or file; nil where it cannot be seen.
    package init?(owning path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      // Their own group and not the folder's, which may still be root's.
      guard let entry = getpwuid(status.st_uid) else {
        self.init(name: "uid \(status.st_uid)", uid: status.st_uid, gid: status.st_gid)
        return
      }
      self.init(name: String(cString: entry.pointee.pw_name), uid: status.st_uid, gid: entry.pointee.pw_gid)
    }

    private init(name: String, uid: uid_t, gid: gid_t) {
      self.name = name
      self.uid = uid
      self.gid = gid
    }

    package var isRoot: Bool { uid == 0 }
  }

  /// Whether the process may do anything.
  package static var isRoot: Bool { geteuid() == 0 }

  /// Gives up root for a user, for good: groups, group, user, and the proof that there is no way back. Nothing
  /// happens where the process is not root.
  /// - Returns: nil when done, or why not.
  package static func drop(to user: User) -> String? {
    guard isRoot else { return nil }
    guard !user.isRoot else { return "the user “\(user.name)” is root itself" }
    // Whoever is not root may not give the bounding set up any more.
    doorsill_drop_bounding_set()
    guard setgroups(0, nil) == 0, setgid(user.gid) == 0, setuid(user.uid) == 0 else {
      return String(cString: strerror(errno))
    }
    return setuid(0) != 0 && setgid(0) != 0 ? nil : "root could be had again"
  }
}
