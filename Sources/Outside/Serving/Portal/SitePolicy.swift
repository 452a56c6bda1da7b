import Bytes
import HTTP
import Releases

/// How the site's files are answered: how long they may be kept, and what is no longer there.
struct SitePolicy: Sendable {
  let releases: ReleaseStore
  let files: SiteRoot

  var policy: StaticFiles.Policy {
    var policy = StaticFiles.Policy()
    let tombstone = Tombstone(releases: releases, files: files)
    // Short for everything: what is withdrawn leaves the caches too.
    policy.cacheControl = { _ in "public, max-age=300, must-revalidate" }
    policy.instead = { request in tombstone.answer(request) }
    return policy
  }
}

/// What stands where a withdrawn dataset was, from the very next request on: its pages, the pages of its results and
/// its files answer 410, in every language, and the page says when and why.
struct Tombstone: Sendable {
  let releases: ReleaseStore
  let files: SiteRoot

  /// Nil for every path that is not a withdrawn dataset's.
  func answer(_ request: Request) -> Response? {
    let segments = request.pathSegments.filter { !$0.isEmpty }
    let place = SitePath(words: segments)
    guard let kind = place.kind, let dataset = place.dataset else { return nil }
    // Asked of the release whose files are being answered: a newer one takes their place a moment after its flip.
    guard releases.isWithdrawn(dataset, release: Int(files.key)) else { return nil }
    let plain = Response.problem(
      410, code: "withdrawn", detail: "This dataset has been withdrawn.", headers: Self.brief)
    guard kind != .data, request.headers["accept"]?.contains("text/html") == true,
      let release = try? releases.current(),
      let entry = try? releases.withdrawals().entries.last(where: { $0.dataset == dataset })
    else { return plain }
    let languages = release.settings.languages
    let language = place.language ?? languages.first ?? ""
    guard languages.contains(language), let frame = try? release.shell(Self.shell(language)) else {
      return plain
    }
    let page = String(decoding: frame, as: UTF8.self)
      .replacing("{{dataset}}", with: Escape.html(dataset))
      .replacing("{{time}}", with: Escape.html(entry.time.date.iso))
      .replacing("{{reason}}", with: Escape.html(entry.reason(language)))
    return .bytes(Array(page.utf8), type: "text/html; charset=utf-8", status: 410, headers: Self.brief)
  }

  private static let brief: Headers = ["Cache-Control": "no-store", "Vary": "Accept"]

  /// The name of the page frame, as Site writes it.
  private static func shell(_ language: String) -> String { "withdrawn.\(language).html" }
}
