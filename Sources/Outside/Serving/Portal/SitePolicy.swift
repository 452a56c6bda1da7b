import HTTP
import Releases

/// How the site's files are answered: how long they may be kept, and what is no longer there.
struct SitePolicy: Sendable {
  let releases: ReleaseStore

  var policy: StaticFiles.Policy {
    var policy = StaticFiles.Policy()
    let releases = releases
    policy.cacheControl = { path in
      path.contains("/releases/")
        ? "public, max-age=31536000, immutable" : "public, max-age=300, must-revalidate"
    }
    policy.instead = { request in
      // A withdrawn dataset's files are gone with the next request; its tombstone page stays.
      let segments = request.pathSegments
      guard segments.count > 2, segments[0] == "data", releases.isWithdrawn(segments[1]) else { return nil }
      return .problem(410, code: "withdrawn", detail: "This dataset has been withdrawn.")
    }
    return policy
  }
}
