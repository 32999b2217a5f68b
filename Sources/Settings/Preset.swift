import Foundation

/// A named layer of settings: a JSON file under `configs/`, or any JSON file by its path.
public struct Preset: Sendable {
  public let name: String
  public let description: String
  public let values: JSONValue
  public var layer: SettingsLayer { .json(values, source: "preset \(name)") }

  /// The preset of this name for this verb (`configs/VERB-NAME.json`), or the JSON file at this path.
  public init(named name: String, verb: String) throws(SettingsError) {
    if name.hasSuffix(".json") {
      try self.init(path: name, name: name)
    } else if let folder = Self.folder,
      FileManager.default.fileExists(atPath: "\(folder)/\(verb)-\(name).json")
    {
      try self.init(path: "\(folder)/\(verb)-\(name).json", name: name)
    } else {
      let known = Self.all.filter { $0.verb == verb }.map(\.preset.name)
      let hint =
        known.isEmpty
        ? "\(verb) has no presets here (MAQUETTE_CONFIGS names the folder that holds them)"
        : "\(verb) has " + known.joined(separator: ", ")
      throw SettingsError(.badPreset, "no preset \"\(name)\"; \(hint), or give a .json file")
    }
  }

  private init(path: String, name: String) throws(SettingsError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SettingsError(.badPreset, "preset file \(path) cannot be read")
    }
    do {
      values = try JSONValue(parsing: data)
    } catch {
      throw SettingsError(.badPreset, "preset file \(path) is not JSON: \(error.reason)")
    }
    self.name = name
    description = values["description"]?.string ?? ""
  }

  /// Every preset that came with the program, with the verb it is for, by name.
  public static var all: [(verb: String, preset: Preset)] {
    guard let folder, let files = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return [] }
    return files.filter { $0.hasSuffix(".json") }.sorted().compactMap { file in
      let parts = file.dropLast(5).split(separator: "-", maxSplits: 1)
      guard parts.count == 2,
        let preset = try? Preset(path: "\(folder)/\(file)", name: String(parts[1]))
      else { return nil }
      return (String(parts[0]), preset)
    }
  }

  /// `MAQUETTE_CONFIGS` goes before what came with the program.
  static let folder: String? =
    ProcessInfo.processInfo.environment["MAQUETTE_CONFIGS"]
    ?? ProgramFolder.named("configs", holding: "dataset-100x800.json")
}

/// Folders that come with the program.
public enum ProgramFolder {
  /// The folder of this name beside the executable or in a folder above it, or `share/maquette/NAME` of an
  /// installation; nil where there is none.
  ///
  /// - Parameters:
  ///   - mark: a file by which it is known to be the right one.
  ///   - source: where it lies in the project, if elsewhere.
  public static func named(
    _ name: String, holding mark: String, source: String? = nil
  ) -> String? {
    let link = "/proc/self/exe"
    let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? ""
    var folder = URL(fileURLWithPath: executable).deletingLastPathComponent()
    for _ in 0..<6 {
      for candidate in [source ?? name, "share/maquette/\(name)"] {
        let path = folder.appendingPathComponent(candidate).path
        if FileManager.default.fileExists(atPath: path + "/" + mark) { return path }
      }
      folder.deleteLastPathComponent()
    }
    return nil
  }
}
