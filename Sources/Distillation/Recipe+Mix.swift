import Datasets
import FileFormats

extension Recipe {
  /// Reads `"mix"`.
  ///
  /// - Throws: `JSONError` naming the field that is wrong.
  mutating func readMix(_ members: JSONMembers) throws(JSONError) {
    if let field = members["mix"] { mix = try ImageMix.list(field) }
  }

  /// What `identity` says of mixed images; nothing where none are.
  var mixIdentity: [(String, String)] {
    mix.isEmpty ? [] : [("mix", mix.map(\.identity).joined(separator: "+"))]
  }
}
