import Catalogs

extension Frame {
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
