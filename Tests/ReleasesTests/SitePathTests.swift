import Testing

@testable import Releases

@Suite struct `A path of the site` {
  @Test func `says what it is about, in every language`() {
    for (path, kind, language, dataset, isBelow) in [
      ("datasets/airports/index.html", SitePath.Kind.datasets, nil, "airports", true),
      ("en/datasets/airports/index.html", .datasets, "en", "airports", true),
      ("data/airports/airports.csv", .data, nil, "airports", true),
      ("en/results/residents/income/index.html", .results, "en", "residents", true),
      ("datasets/index.html", .datasets, nil, "index.html", false),
      ("en/datasets", .datasets, "en", nil, false),
      ("index.html", nil, nil, nil, false), ("", nil, nil, nil, false),
      ("assets/themes/data/x", nil, nil, nil, false),
    ] as [(String, SitePath.Kind?, String?, String?, Bool)] {
      let place = SitePath(path)
      #expect(
        place.kind == kind && place.language == language && place.dataset == dataset
          && place.isBelow == isBelow,
        "\(path)")
    }
  }
}
