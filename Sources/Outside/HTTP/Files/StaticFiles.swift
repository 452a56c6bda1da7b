import Bytes
import CLinux
import Glibc
import Synchronization

/// Serves the files of a folder (RFC 9110, 9111, 9530): precompressed forms, conditional requests, ranges, digests.
///
/// Files are opened below the folder's descriptor only, and no step may follow a link. Names that begin with a dot
/// (but for `.well-known`) or end in `~` are not there.
package final class StaticFiles: Handler {
  /// What differs from portal to portal. Paths are decoded, without the leading slash.
  package struct Policy: Sendable {
    /// `Cache-Control` of a path.
    package var cacheControl: @Sendable (_ path: String) -> String = { _ in
      "public, max-age=0, must-revalidate"
    }
    /// Further fields of a path (`Link`, `Content-Language`, `Content-Disposition`).
    package var headers: @Sendable (_ path: String) -> Headers = { _ in [:] }
    /// The media type of a path, where the extension does not tell it.
    package var mediaType: @Sendable (_ path: String) -> String? = { _ in nil }
    /// Answers instead of a file (a withdrawn dataset); asked for every request, on the loop: must not block.
    package var instead: (@Sendable (Request) -> Response?)?

    package init() {}
  }

  private let root: SiteRoot
  private let policy: Policy
  private let rangeLimit: Int
  static let allow = "GET, HEAD, OPTIONS"
  /// Milliseconds for which a file of a changing folder is taken to be what it was.
  private static let trust: Int64 = 1000

  package init(root: SiteRoot, policy: Policy = Policy(), rangeLimit: Int = Limits().ranges) {
    self.root = root
    self.policy = policy
    self.rangeLimit = rangeLimit
  }

  package func answerAtOnce(_ request: Request, _ loop: LoopLocal) -> Response? {
    if let answer = withoutFile(request) { return answer }
    let files = loop.value(for: self) { LoopFiles() }
    files.renew(root)
    guard let file = files.find(request.head.bytes, request.head.path) else { return nil }
    if files.folder?.isMutable == true,
      Clock.milliseconds() - file.checkedAt.load(ordering: .relaxed) > StaticFiles.trust
    {
      // One look at the folder, a second at most; a file that changed is read anew by a worker.
      guard let folder = files.folder, isUnchanged(file, request, folder) else {
        files.forget(file)
        return nil
      }
    }
    return answer(request, file)
  }

  package func respond(to request: Request) -> Response {
    if let answer = withoutFile(request) { return answer }
    let folder = root.folder
    let head = request.head
    if let file = folder.cache.find(head.bytes, head.path) {
      if !folder.isMutable || isUnchanged(file, request, folder) { return answer(request, file) }
      folder.cache.forget(file)
    }
    // Many may ask for a new file at once: one reads and digests it, the others wait for that.
    return folder.cache.building(head.bytes, head.path) {
      if let file = folder.cache.find(head.bytes, head.path), isUnchanged(file, request, folder) {
        return answer(request, file)
      }
      switch find(request, folder) {
      case .file(let file):
        folder.cache.keep(file)
        return answer(request, file)
      case .directory:
        return .redirect(to: request.path + "/" + (request.query.map { "?" + $0 } ?? ""))
      case .nothing: return notFound(request, folder)
      case .exhausted:
        return .problem(
          503, code: "busy", detail: "The server has no room to open the file now.",
          headers: ["Retry-After": "1"])
      }
    }
  }

  /// What can be said without looking for the file.
  private func withoutFile(_ request: Request) -> Response? {
    if request.method != .get, request.method != .head {
      if request.method == .options { return Response(status: 204, headers: ["Allow": StaticFiles.allow]) }
      return Router.notAllowed(request.method, allow: StaticFiles.allow)
    }
    return policy.instead?(request)
  }

  // MARK: finding

  private enum Found { case file(StoredFile), directory, nothing, exhausted }

  /// The path below the folder; nil for names that are never served.
  private static func relativePath(_ segments: [String]) -> String? {
    guard !segments.isEmpty else { return nil }
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      guard !segment.isEmpty || isLast else { return nil }
      guard !segment.hasPrefix(".") || (index == 0 && segment == ".well-known") else { return nil }
      guard !segment.hasSuffix("~") else { return nil }
    }
    let path = segments.joined(separator: "/")
    return path.isEmpty || path.hasSuffix("/") ? path + "index.html" : path
  }

  private func find(_ request: Request, _ folder: SiteRoot.Folder) -> Found {
    guard let path = StaticFiles.relativePath(request.pathSegments) else { return .nothing }
    errno = 0
    guard let (open, status) = StaticFiles.open(path, folder) else {
      // Without descriptors nobody can say what is there.
      return [EMFILE, ENFILE, ENOMEM].contains(errno) ? .exhausted : .nothing
    }
    guard let stamp = status else {
      return StaticFiles.open(path + "/index.html", folder)?.stamp == nil ? .nothing : .directory
    }
    guard let file = store(Array(request.head.bytes[request.head.path]), path, open, stamp, folder) else {
      return .nothing
    }
    return .file(file)
  }

  /// Opens a path below the folder; the stamp is nil for a directory.
  private static func open(_ path: String, _ folder: SiteRoot.Folder) -> (file: OpenFile, stamp: FileStamp?)?
  {
    let descriptor = doorsill_open_beneath(folder.directory.descriptor, path, doorsill_o_nonblock_read())
    guard descriptor >= 0 else { return nil }
    let file = OpenFile(takingOwnership: descriptor)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    if doorsill_is_directory(&status) == 1 { return (file, nil) }
    return doorsill_is_regular(&status) == 1 ? (file, FileStamp(status)) : nil
  }

  private func store(
    _ requestPath: [UInt8], _ path: String, _ open: OpenFile, _ stamp: FileStamp, _ folder: SiteRoot.Folder
  ) -> StoredFile? {
    let coded = path.hasSuffix(".gz") ? nil : StaticFiles.open(path + ".gz", folder)
    let type = policy.mediaType(path) ?? MediaTypes.type(of: path)
    var shared = policy.headers(path)
    shared.setDefault("Cache-Control", policy.cacheControl(path))
    guard
      let plain = Representation(
        open, stamp, coding: nil, varies: coded?.stamp != nil, type: type, known: folder.digests?(path),
        shared: shared)
    else { return nil }
    var gzip: Representation?
    if let coded, let codedStamp = coded.stamp {
      gzip = Representation(
        coded.file, codedStamp, coding: "gzip", varies: true, type: type,
        known: folder.digests?(path + ".gz"),
        shared: shared)
    }
    return StoredFile(path: requestPath, plain: plain, gzip: gzip)
  }

  /// Looks at a file of a changing folder again.
  private func isUnchanged(_ file: StoredFile, _ request: Request, _ folder: SiteRoot.Folder) -> Bool {
    let now = Clock.milliseconds()
    if now - file.checkedAt.load(ordering: .relaxed) <= StaticFiles.trust { return true }
    guard let path = StaticFiles.relativePath(request.pathSegments),
      StaticFiles.open(path, folder)?.stamp == file.plain.stamp,
      StaticFiles.open(path + ".gz", folder)?.stamp == file.gzip?.stamp || path.hasSuffix(".gz")
    else { return false }
    file.checkedAt.store(now, ordering: .relaxed)
    return true
  }

  /// A page for those who ask for HTML, a problem for others. The page is `404.html` of the first folder of the path
  /// (a language's), else of the root.
  private func notFound(_ request: Request, _ folder: SiteRoot.Folder) -> Response {
    let headers: Headers = ["Cache-Control": "no-store", "Vary": "Accept"]
    if let accept = request.headers["accept"], accept.contains("text/html") {
      let first = request.pathSegments.first.flatMap { StaticFiles.relativePath([$0, "404.html"]) }
      for page in [first, "404.html"].compactMap({ $0 }) {
        guard let (open, stamp) = StaticFiles.open(page, folder), let stamp, stamp.size <= 1 << 20,
          let bytes = Sockets.read(open.descriptor, offset: 0, count: stamp.size)
        else { continue }
        return .bytes(bytes, type: MediaTypes.type(of: page), status: 404, headers: headers)
      }
    }
    var answer = Response.notFound
    answer.headers["Vary"] = "Accept"
    return answer
  }

  // MARK: answering

  /// The answer about a file: preconditions first, then the range (RFC 9110 §13.2.2).
  private func answer(_ request: Request, _ file: StoredFile) -> Response {
    let head = request.head
    let fields = SelectingFields(head)
    var form = file.plain
    if let gzip = file.gzip, AcceptEncoding.wantsGzip(head.bytes, fields.acceptEncoding) { form = gzip }
    if fields.hasConditions {
      switch Conditions.judge(
        fields, in: head.bytes, etag: form.etag, modified: form.modified, isRead: true)
      {
      case .proceed: break
      case .notModified: return Response(status: 304, body: .prepared(form.notModified))
      case .failed:
        return .problem(
          412, code: "precondition-failed", detail: "The representation is not the one the request asks for.")
      }
    }
    if let range = fields.range, fields.rangeCount == 1, request.method == .get,
      Conditions.rangeStillFits(
        head.bytes, fields.ifRange, etag: form.etag, modified: form.modified,
        now: request.receivedAt.secondsSince1970)
    {
      switch ByteRanges(head.bytes, range, size: form.size, limit: rangeLimit) {
      case .whole: break
      case .unsatisfiable:
        return .problem(
          416, code: "range-not-satisfiable", detail: "The representation has \(form.size) bytes.",
          headers: ["Content-Range": "bytes */\(form.size)"])
      case .parts(let parts):
        if let answer = partial(form, parts) {
          return DigestWishes(fields, in: head.bytes).map { $0.apply(to: answer, of: form) } ?? answer
        }
      }
    }
    guard let wishes = DigestWishes(fields, in: head.bytes) else {
      return Response(status: 200, body: .prepared(form.whole))
    }
    let body: Response.Body = form.piece(0..<form.size).map { .pieces([$0]) } ?? .none
    return wishes.apply(to: Response(status: 200, headers: form.fields, body: body), of: form)
  }

  private func partial(_ form: Representation, _ parts: [Range<Int>]) -> Response? {
    var headers = form.fields
    if parts.count == 1 {
      guard let piece = form.piece(parts[0]) else { return nil }
      headers["Content-Range"] = StaticFiles.contentRange(parts[0], form.size)
      return Response(status: 206, headers: headers, body: .pieces([piece]))
    }
    let type = headers["Content-Type"] ?? "application/octet-stream"
    let boundary =
      "doorsill-"
      + [UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max)]
      .map { String($0, radix: 36) }.joined()
    var pieces: [Response.Piece] = []
    for part in parts {
      guard let piece = form.piece(part) else { return nil }
      let head =
        "\(pieces.isEmpty ? "" : "\r\n")--\(boundary)\r\nContent-Type: \(type)\r\n"
        + "Content-Range: \(StaticFiles.contentRange(part, form.size))\r\n\r\n"
      pieces.append(.bytes(Array(head.utf8)))
      pieces.append(piece)
    }
    pieces.append(.bytes(Array("\r\n--\(boundary)--\r\n".utf8)))
    headers["Content-Type"] = "multipart/byteranges; boundary=\(boundary)"
    return Response(status: 206, headers: headers, body: .pieces(pieces))
  }

  private static func contentRange(_ range: Range<Int>, _ size: Int) -> String {
    "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
  }
}
