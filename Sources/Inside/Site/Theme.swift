extension SiteBuilder {
  /// The built-in theme (`Public/`), by file name; a portal's own files of the same name take their place.
  /// The names of files that every theme has, built in or a portal's own.
  package static var themeNames: Set<String> { Set(theme.keys).union([LevelColours.file]) }

  package static var theme: [String: [UInt8]] {
    [
      "theme.css": PackageResources.theme_css, "pages.css": PackageResources.pages_css,
      "theme.js": PackageResources.theme_js, "search.js": PackageResources.search_js,
      "door.svg": PackageResources.door_svg,
    ]
  }
}
