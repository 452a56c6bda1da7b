package import Bytes
import Catalogs

extension SiteBuilder {
  /// Page frames that the server fills in, by name: the tombstone of a withdrawn dataset in each language, with
  /// `{{dataset}}`, `{{time}}` and `{{reason}}`.
  package func shells() -> [(name: String, bytes: [UInt8])] {
    catalog.languages.map { language in
      let page = Frame(self, language).tombstone("{{dataset}}", time: "{{time}}", reason: "{{reason}}")
      return ("withdrawn.\(language).html", page.bytes)
    }
  }

  /// The tombstone of a dataset that was taken out, for a site that no Doorsill serves.
  package func tombstones(_ dataset: String, time: Timestamp, reason: Text) -> [Page] {
    catalog.languages.map { language in
      Frame(self, language).tombstone(dataset, time: time.date.iso, reason: reason(language))
    }
  }
}

extension Frame {
  /// What stands where a dataset was.
  func tombstone(_ dataset: String, time: String, reason: String) -> Page {
    let main: HTML = """
      <div class="wide lost">
      \(Drawing.sill)
      <h1>\(t("此数据集已撤回", "This dataset has been withdrawn"))</h1>
      <p class="lead"><code>\(dataset)</code> · <time>\(time)</time></p>
      <p>\(t("理由", "Reason")): \(reason)</p>
      <p><a href="\(address: link("datasets/"))">\(t("全部数据集", "All datasets"))</a></p>
      </div>
      """
    let title = t("已撤回", "Withdrawn")
    return page(
      Card(path: "datasets/\(dataset)/index.html", title: title, description: title, isStray: true), main)
  }

  /// `404.html`, for whatever serves the files.
  func notFound() -> Page {
    let main: HTML = """
      <div class="wide lost">
      \(Drawing.sill)
      <h1>\(t("这扇门后没有东西", "There is nothing behind this door"))</h1>
      <p class="lead">\(t("地址可能有误，或数据集已撤回。", "The address may be wrong, or the dataset withdrawn."))</p>
      <p><a href="\(address: link(""))">\(t("回到首页", "Home"))</a> · <a href="\(address: link("datasets/"))">\(t("全部数据集", "All datasets"))</a></p>
      </div>
      """
    return page(
      Card(
        path: "404.html", title: t("没有找到", "Not found"), description: t("没有找到", "Not found"), isStray: true),
      main)
  }
}
