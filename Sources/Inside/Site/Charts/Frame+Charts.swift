import Bytes
import Catalogs
import Policies
import Tables

extension Frame {
  /// A picture of the data where one is plain; open data only.
  func charts(_ item: PublishedDataset) -> HTML { HTML() }
}
