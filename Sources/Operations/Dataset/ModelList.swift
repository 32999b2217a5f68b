import Foundation
import Formats
import Settings
import Work

/// The models of a call: files, the models in a folder and below, and lists of them.
struct ModelList {
  struct Item: Sendable {
    let path: String
    /// What its set is called: unique, and a relative path.
    var name: String
    /// Options of its own.
    let options: JSONValue
  }

  let items: [Item]
  /// Whether it is one file that was named as such.
  let isOne: Bool

  init(_ inputs: [String]) throws {
    isOne = inputs.count == 1 && !Self.isFolder(inputs[0]) && !Self.isList(inputs[0])
    var items: [Item] = []
    for input in inputs {
      if Self.isFolder(input) {
        items += try Self.models(below: input)
      } else if Self.isList(input) {
        items += try Self.listed(in: input)
      } else {
        items.append(Item(path: input, name: Self.stem(input), options: [:]))
      }
    }
    self.items = try Self.unique(items)
  }

  private static func isFolder(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    return attributes?[.type] as? FileAttributeType == .typeDirectory
  }

  private static func isList(_ path: String) -> Bool {
    ["json", "csv"].contains(URL(fileURLWithPath: path).pathExtension.lowercased())
  }

  static func stem(_ path: String) -> String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }

  /// By its name. Not a ZIP: in a folder of models that is as likely a set that was made of them.
  private static func isModel(_ path: String) -> Bool {
    let name = URL(fileURLWithPath: path).pathExtension.lowercased()
    return SceneFormat(rawValue: name).map { $0 != .zip && SceneFormat.readable.contains($0) }
      ?? false
  }

  private static func models(below folder: String) throws -> [Item] {
    let place = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    let files = (FileManager.default.enumerator(atPath: place)?.compactMap { $0 as? String } ?? [])
      .filter { path in
        !path.split(separator: "/").contains { $0.hasPrefix(".") }
          && isModel(path)
      }.sorted()
    guard !files.isEmpty else {
      throw InputError("no-models", "the folder holds no model that can be read", folder)
    }
    return files.map { file in
      Item(
        path: folder + (folder.hasSuffix("/") ? "" : "/") + file,
        name: (file as NSString).deletingPathExtension, options: [:])
    }
  }

  /// Two models that differ in their endings or folders only keep them in their names.
  private static func unique(_ items: [Item]) throws -> [Item] {
    var items = items
    let counts = Dictionary(grouping: items.indices) { items[$0].name }
    for (_, places) in counts where places.count > 1 {
      for place in places {
        let ending = URL(fileURLWithPath: items[place].path).pathExtension
        items[place].name += "_" + ending
      }
    }
    var seen: [String: String] = [:]
    for item in items {
      if let other = seen.updateValue(item.path, forKey: item.name) {
        throw UsageError(
          "\(other) and \(item.path) would both become \"\(item.name)\"; give them names in a list")
      }
    }
    return items
  }

  // MARK: Lists

  /// Options that one model of several cannot have.
  private static let ofAll: Set = ["contactSheet", "hdf5", "report", "shard"]

  /// A JSON array, or a CSV table with a header. `input` is the model, relative to the list; `name` its set's name; all
  /// else are options.
  private static func listed(in path: String) throws -> [Item] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw InputError("missing-file", "the list of models cannot be read", path)
    }
    let rows = path.lowercased().hasSuffix(".csv") ? try table(data, path) : try array(data, path)
    guard !rows.isEmpty else { throw InputError("no-models", "the list names no model", path) }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    return try rows.enumerated().map { index, row in
      guard let input = row["input"]?.string, !input.isEmpty else {
        throw InputError("bad-list", "entry \(index + 1) has no \"input\"", path)
      }
      let name = row["name"]?.string ?? stem(input)
      guard !name.isEmpty, !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
        throw InputError(
          "bad-list", "entry \(index + 1) has the name \"\(name)\", which is no name", path)
      }
      let options = row.object!.filter { $0.key != "input" && $0.key != "name" }
      if let common = options.first(where: { Self.ofAll.contains($0.key) }) {
        throw InputError(
          "bad-list", "entry \(index + 1) has \"\(common.key)\", which is for all models together",
          path)
      }
      // Checked here, so that a misspelt option does not show only when its turn comes.
      do {
        _ = try ExportDatasetSettings(
          layers: [.json(.object(options), source: "entry \(index + 1) of \(path)")])
      } catch let error as SettingsError {
        throw InputError("bad-list", error.message, path)
      }
      let place = input.hasPrefix("/") ? input : folder.appendingPathComponent(input).path
      return Item(path: place, name: name, options: .object(options))
    }
  }

  private static func array(_ data: Data, _ path: String) throws -> [JSONValue] {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: data)
    } catch {
      throw InputError("bad-list", "the list of models is not JSON: \(error.reason)", path)
    }
    guard let rows = json.array ?? json["models"]?.array else {
      throw InputError(
        "bad-list", "the list of models is no array of objects with an \"input\" each", path)
    }
    return try rows.enumerated().map { index, row in
      if let text = row.string { return ["input": .string(text)] }
      guard row.object != nil else {
        throw InputError("bad-list", "entry \(index + 1) is neither a path nor an object", path)
      }
      return row
    }
  }

  private static func table(_ data: Data, _ path: String) throws -> [JSONValue] {
    let rows = CSVTable.rows(String(decoding: data, as: UTF8.self))
    guard let header = rows.first, header.contains("input") else {
      throw InputError("bad-list", "the table has no column \"input\" in its first row", path)
    }
    let schema = ExportDatasetSettings.schema["properties"]
    return try rows.dropFirst().enumerated().map { index, cells in
      guard cells.count == header.count else {
        throw InputError(
          "bad-list", "row \(index + 2) has \(cells.count) cells and not \(header.count)", path)
      }
      // An empty cell leaves the option as it is.
      let members = zip(header, cells).filter { !$0.1.isEmpty }.map { key, text in
        (key, CSVTable.value(text, schema?[key]))
      }
      return .object(members)
    }
  }
}
