import Catalogs
import Policies

/// How many datasets belong to each theme, organization and level, counted once for all pages.
struct Tallies: Sendable {
  private(set) var themes: [String: Int] = [:]
  private(set) var organizations: [String: Int] = [:]
  private(set) var levels: [String: Int] = [:]

  init(_ published: [PublishedDataset]) {
    for item in published {
      for theme in Set(item.dataset.themes) { themes[theme, default: 0] += 1 }
      organizations[item.dataset.provider.organization, default: 0] += 1
      levels[item.level.id, default: 0] += 1
    }
  }
}
