import Bytes
import Catalogs
import Policies
import Tables

extension Frame {
  /// The manual of the interfaces: what is where, the query grammar, the gateway, receipts, errors.
  func developers() -> Page {
    let chapters: [(id: String, title: String, content: HTML)] = [
      ("start", t("一分钟上手", "In one minute"), beginning()),
      ("files", t("文件与目录", "Files and catalogues"), places()),
      ("routes", t("公开接口", "Public calls"), publicRoutes()),
      ("rows", t("数据行查询语法", "Query grammar of rows"), rowGrammar()),
      ("gateway", t("结果网关", "The gateway"), gateway()),
      ("results", t("结果查询语法", "Query grammar of results"), resultGrammar()),
      ("checks", t("核验与评分", "Verify and score"), tupleGrammar()),
      ("receipts", t("回执与日志", "Receipts and the log"), receipts()),
      ("errors", t("错误", "Errors"), errors()),
    ]
    let contents = chapters.map { "<li><a href=\"#\(value: $0.id)\">\($0.title)</a></li>" as HTML }
    let main: HTML = """
      <div class="wide page-head">
      <h1>\(t("开发者", "Developers"))</h1>
      <p class="lead">\(t("开放数据：文件与查询，无需注册。受限数据：经授权调用结果，双向证书，签名回执。",
        "Open data: files and queries, no account. Restricted data: results under a grant, over mutual TLS, with signed receipts."))</p>
      <nav aria-label="\(value: t("本页目录", "On this page"))"><ol class="contents">\(contents)</ol></nav>
      </div>
      <div class="wide manual">
      \(chapters.map { section($0.id, $0.title, $0.content) })
      </div>
      """
    return page(
      Card(
        path: "developers/", title: t("开发者", "Developers"),
        description: t(
          "接口说明：文件、查询语法、结果网关、回执与错误", "API manual: files, query grammar, gateway, receipts and errors"),
        section: .developers),
      main)
  }

  /// A table of two or three columns of the manual.
  func manual(_ name: String, _ heads: [String], _ lines: [[HTML]]) -> HTML {
    let rows = lines.map { line -> HTML in
      let cells = line.enumerated().map {
        $0.offset == 0 ? "<th scope=\"row\">\($0.element)</th>" as HTML : "<td>\($0.element)</td>"
      }
      return "<tr>\(cells)</tr>\n"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(value: name)"><table><caption class="unseen">\(name)</caption>
      <thead><tr>\(heads.map { "<th scope=\"col\">\($0)</th>" as HTML })</tr></thead><tbody>\(rows)</tbody></table></div>

      """
  }

  private func code(_ text: String) -> HTML { "<code>\(text)</code>" }

  private func words(_ zh: String, _ en: String) -> HTML { "\(t(zh, en))" }

  private var base: String { Frame.base(catalog) }

  private func beginning() -> HTML {
    guard let item = site.published.first(where: { $0.openness == .unconditional && !$0.files.isEmpty }),
      let file = item.files.first
    else { return words("目前没有开放数据集。", "There is no open dataset yet.") }
    let query = item.dataset.resource(file.resource).flatMap {
      RowExample.of($0, item, site.previews[item.dataset.name]?[file.resource] ?? []).last
    }
    return """
      \(command("curl -O '\(base)/\(Percent.encode(file.path, allowing: "/"))'", t("下载一个文件", "Download a file")))
      \(query.map { command("curl '\(base)/api/v1/datasets/\(item.dataset.name)/rows?\($0.query)'", t("查询数据行", "Query its rows")) })
      \(command("curl '\(base)/api/v1/search?q=\(Percent.encode(t("机场", "airport")))'", t("搜索目录", "Search the catalogue")))
      """
  }

  private func places() -> HTML {
    manual(
      t("文件与目录", "Files and catalogues"), [t("地址", "Address"), t("内容", "What is there")],
      [
        [
          code("/data/{dataset}/{resource}.{format}"),
          words(
            "数据文件：csv、excel.csv、tsv、json、ndjson；数据集页面列出大小与 SHA-256",
            "Data files: csv, excel.csv, tsv, json, ndjson; the dataset's page gives size and SHA-256"),
        ],
        [
          code("/data/{dataset}/datapackage.json"),
          words("Frictionless 数据包描述：字段、类型、校验和", "Frictionless data package: fields, types, checksums"),
        ],
        [
          code("/catalog.jsonld"),
          words(
            "DCAT 3 目录；另有 /catalog.ttl、/catalog.rdf", "DCAT 3 catalogue; also /catalog.ttl and /catalog.rdf"),
        ],
        [code("/data.json"), words("DCAT-US 1.1 目录", "DCAT-US 1.1 catalogue")],
        [
          code("/feed.atom"),
          words(
            "更新订阅；另有 /feed.json，每个数据集各有 feed.atom", "Updates; also /feed.json, and feed.atom for each dataset"
          ),
        ],
        [code("/sitemap.xml"), words("全部页面", "Every page")],
        [code("/.well-known/jwks.json"), words("核验回执的公钥", "Public keys that verify receipts")],
        [code("/.well-known/security.txt"), words("安全问题联系人", "Whom to tell of a weakness")],
        [code("/crl.der"), words("内置证书机构的吊销列表", "Revocation list of the built-in authority")],
        [
          code("/ledger/checkpoint"),
          words(
            "答复日志的签名检查点；哈希块在 /ledger/tile/，验证公钥为 /ledger/vkey",
            "Signed checkpoint of the answers log; hash tiles below /ledger/tile/, its verifier key at /ledger/vkey"
          ),
        ],
      ])
  }

  private func publicRoutes() -> HTML {
    """
    \(manual(
      t("公开接口", "Public calls"), [t("调用", "Call"), t("作用", "What it does"), t("参数", "Parameters")],
      [
        [code("GET /api/v1/datasets"), words("全部数据集的公开元数据，分页", "Public metadata of every dataset, paged"), code("limit after lang")],
        [code("GET /api/v1/datasets/{id}"), words("一个数据集", "One dataset"), code("lang")],
        [code("GET /api/v1/datasets/{id}/rows"), words("开放数据集的数据行", "Rows of an open dataset"), "<code>resource</code>, \(t("以及下列语法", "and the grammar below"))"],
        [code("GET /api/v1/search"), words("按词搜索，附各分面计数", "Search by words, with the counts of each facet"), code("q organization theme level openness format order limit offset lang")],
      ]))
    <p>\(t("答复为 JSON；下一页在 Link 字段（rel=\"next\"）。门户的全部地址都允许跨域读取，出错的答复也是。", "Answers are JSON; the next page is in the Link field (rel=\"next\"). Pages of other origins may read every address of the portal, errors too."))</p>
    """
  }

  private func rowGrammar() -> HTML {
    """
    \(manual(
      t("参数", "Parameters"), [t("参数", "Parameter"), t("含义", "Meaning"), t("例", "Example")],
      [
        [code("select"), words("要哪些列；count()，以及 字段.count()、sum()、mean()、min()、max()：其余所选列即为分组", "Which columns; count(), and field.count(), sum(), mean(), min(), max(): the other columns selected are the groups"), code("select=country,count(),elevation.mean()")],
        [words("字段名", "a field's name"), words("条件：字段=运算符.值；多个条件同时成立", "A condition: field=operator.value; all conditions hold together"), code("elevation=gte.3000")],
        [code("order"), words("排序：.asc .desc，.nullsfirst .nullslast", "Order: .asc .desc, .nullsfirst .nullslast"), code("order=elevation.desc.nullslast,name")],
        [code("limit"), words("行数，默认 100，至多 10000", "Rows, 100 where not given, at most 10000"), code("limit=50")],
        [code("after"), words("下一页的游标，取自 Link 字段；没有 offset", "Cursor of the next page, from the Link field; there is no offset"), code("after=…")],
        [code("format"), words("json（默认）、csv、ndjson", "json (where not given), csv, ndjson"), code("format=csv")],
        [code("resource"), words("数据集有多个资源时，指明哪一个", "Which resource, where a dataset has several"), code("resource=quarters")],
      ]))
    \(manual(
      t("运算符", "Operators"), [t("运算符", "Operator"), t("含义", "Meaning"), t("例", "Example")],
      [
        [code("eq neq"), words("等于、不等于", "equal, not equal"), code("country=eq.CN")],
        [code("gt gte lt lte"), words("大于、不小于、小于、不大于", "greater, at least, less, at most"), code("year=gte.1990")],
        [code("like"), words("文本模式，* 代表任意字符", "a pattern of text, * stands for any characters"), code("name=like.*International*")],
        [code("in"), words("列表之一；含逗号的值加双引号", "one of a list; a value with a comma stands in quotation marks"), code("country=in.(CN,\"JP\")")],
        [code("is"), words("null；布尔字段还可为 true、false", "null; for a boolean field also true or false"), code("iata=is.null")],
        [code("not."), words("否定，写在运算符之前", "negation, before the operator"), code("iata=not.is.null")],
      ]))
    <p>\(t("与参数同名的字段写在双引号里：\"order\"=eq.1。语法之外的一切均答 400，并指出参数与位置。",
      "A field with the name of a parameter stands in quotation marks: \"order\"=eq.1. Whatever is not in the grammar is answered 400, with the parameter and the position."))</p>
    """
  }
}
