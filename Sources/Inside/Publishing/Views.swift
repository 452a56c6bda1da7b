import Bytes
package import Catalogs
package import Policies
import Results

/// Open views as datasets of their own.
package enum Views {
  /// Derives the views of these datasets, each into a table without a name inside the door, and returns them in order.
  package static func derived(
    from datasets: [Dataset], of portal: Portal, scale: Scale, named: (String) -> Bool = { _ in true }
  ) throws -> [Dataset] {
    var made: [Dataset] = []
    var store: UnnamedFile?
    for dataset in datasets {
      for view in dataset.views where named(view.name) {
        if store == nil { try portal.makeWork() }
        let file = try store ?? UnnamedFile(in: [portal.work])
        store = file
        made.append(try OpenView.derive(view, of: dataset, level: scale.lowest.id, into: file))
      }
    }
    return made
  }
}
