import Foundation

/// Checks JSON values by the words of JSON Schema that `front.schema.json` uses: `$ref` into `$defs`, `type`,
/// `const`, `enum`, `anyOf`, `required`, `properties`, `patternProperties`, `additionalProperties`, `items`,
/// `minItems`, `maxItems`, `minimum`, `maximum` and `pattern`.
struct SchemaChecker {
  let root: [String: Any]

  /// Returns what is wrong with a value, each with its place.
  func complaints(_ value: Any, _ schema: [String: Any]? = nil, at place: String = "$") -> [String]
  {
    let schema = schema ?? root
    if let name = schema["$ref"] as? String {
      let key = name.split(separator: "/").last.map(String.init) ?? ""
      guard let target = (root["$defs"] as? [String: Any])?[key] as? [String: Any] else {
        return ["\(place): the schema has no \(name)"]
      }
      return complaints(value, target, at: place)
    }
    if let choices = schema["anyOf"] as? [[String: Any]] {
      let all = choices.map { complaints(value, $0, at: place) }
      return all.contains(where: \.isEmpty) ? [] : all.min { $0.count < $1.count } ?? []
    }
    var found: [String] = []
    if let types = schema["type"] as? [String] ?? (schema["type"] as? String).map({ [$0] }),
      !types.contains(where: { isOf($0, value) })
    {
      return ["\(place): \(value) is no \(types.joined(separator: " or "))"]
    }
    let allowed = schema["enum"] as? [String] ?? (schema["const"] as? String).map { [$0] }
    if let allowed, !allowed.contains(value as? String ?? "") {
      found.append("\(place): \(value) is none of \(allowed)")
    }
    if let number = value as? Double, !(value is Bool) {
      if let least = schema["minimum"] as? Double, number < least {
        found.append("\(place): \(number)")
      }
      if let most = schema["maximum"] as? Double, number > most {
        found.append("\(place): \(number)")
      }
    }
    if let text = value as? String, let pattern = schema["pattern"] as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      found.append("\(place): \(text) does not match \(pattern)")
    }
    if let list = value as? [Any] { found += complaints(ofList: list, schema, at: place) }
    if let object = value as? [String: Any] { found += complaints(of: object, schema, at: place) }
    return found
  }

  private func isOf(_ type: String, _ value: Any) -> Bool {
    switch type {
    case "null": return value is NSNull
    case "string": return value is String
    case "array": return value is [Any]
    case "object": return value is [String: Any]
    default: break
    }
    guard let number = value as? NSNumber else { return false }
    let isTruth = isFlag(number)
    switch type {
    case "boolean": return isTruth
    case "integer": return !isTruth && number.doubleValue == number.doubleValue.rounded()
    default: return !isTruth
    }
  }

  private func complaints(
    ofList list: [Any], _ schema: [String: Any], at place: String
  ) -> [String] {
    var found: [String] = []
    if let least = schema["minItems"] as? Int, list.count < least {
      found.append("\(place): \(list.count) items")
    }
    if let most = schema["maxItems"] as? Int, list.count > most {
      found.append("\(place): \(list.count) items")
    }
    guard let items = schema["items"] as? [String: Any] else { return found }
    return found + list.enumerated().flatMap { complaints($1, items, at: "\(place)[\($0)]") }
  }

  private func complaints(
    of object: [String: Any], _ schema: [String: Any], at place: String
  ) -> [String] {
    let missing = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }
    var found = missing.map { "\(place): \($0) is missing" }
    let properties = schema["properties"] as? [String: Any] ?? [:]
    let patterns = schema["patternProperties"] as? [String: Any] ?? [:]
    for (key, member) in object {
      let named = properties[key].map { [$0] } ?? []
      let matching = patterns.filter { key.range(of: $0.key, options: .regularExpression) != nil }
      let schemas = (named + matching.values).compactMap { $0 as? [String: Any] }
      if schemas.isEmpty && schema["additionalProperties"] as? Bool == false {
        found.append("\(place): \(key) is unknown")
      }
      found += schemas.flatMap { complaints(member, $0, at: "\(place).\(key)") }
    }
    return found
  }
}

/// Whether a number of `JSONSerialization` is `true` or `false`.
private func isFlag(_ number: NSNumber) -> Bool {
  String(cString: number.objCType) == "c"
}
