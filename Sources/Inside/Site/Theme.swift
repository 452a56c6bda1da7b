extension SiteBuilder {
  /// The built-in theme (`Public/`), by file name; a portal's own files of the same name take their place.
  package static var theme: [String: [UInt8]] {
    [
      "theme.css": PackageResources.theme_css, "pages.css": PackageResources.pages_css,
      "theme.js": PackageResources.theme_js, "search.js": PackageResources.search_js,
      "door.svg": PackageResources.door_svg,
    ]
  }
}
