import Foundation
import Settings
import Work

/// What became of several models: for machines, for people, and as a page with pictures.
struct DatasetReport {
  private let entries: [DatasetBatch.Entry]
  private let seconds: Double

  init(_ entries: [DatasetBatch.Entry], seconds: Double) {
    (self.entries, self.seconds) = (entries, seconds)
  }

  /// The page of a part of the models: told apart by its number, from 0.
  static func page(_ path: String, of shard: Shard?) -> String {
    guard let shard, path.lowercased().hasSuffix(".html") else { return path }
    return path.dropLast(".html".count) + "-\(shard.index)-of-\(shard.count).html"
  }

  /// Where the page's numbers lie.
  static func numbers(beside page: String) -> String { page.dropLast(".html".count) + ".json" }

  /// Where the contact sheet of a model lies: in a folder beside the page.
  static func picture(of name: String, _ page: String) -> String {
    page.dropLast(".html".count) + "_files/" + name + ".png"
  }

  private var made: [(entry: DatasetBatch.Entry, result: VerbResult)] {
    entries.compactMap { entry in (try? entry.outcome.get()).map { (entry, $0) } }
  }

  private var failed: [(entry: DatasetBatch.Entry, error: any Error)] {
    entries.compactMap { entry in
      if case .failure(let error) = entry.outcome { (entry, error) } else { nil }
    }
  }

  private var views: Int { made.reduce(0) { $0 + ($1.result.result["views"]?.int ?? 0) } }

  var json: JSONValue {
    [
      "models": .integer(made.count), "views": .integer(views),
      "engine": made.first?.result.result["engine"] ?? .null, "objectRadius": 1.0,
      "viewsPerSecond": .number((Double(views) / max(seconds, 1e-9) * 100).rounded() / 100),
      "failed": .array(
        failed.map { entry, error in
          ["input": .string(entry.item.path), "message": .string("\(error)")]
        }),
      "sets": .array(
        made.map { entry, result in
          [
            "name": .string(entry.item.name), "input": .string(entry.item.path),
            "seconds": .number((entry.seconds * 1000).rounded() / 1000), "result": result.result,
            "outputs": .array(entry.outputs.map(\.json)),
            "warnings": .array(entry.warnings.map { .string($0) }),
          ]
        }),
    ]
  }

  var text: String {
    "\(made.count) model\(made.count == 1 ? "" : "s"), \(views) views in \(Int(seconds.rounded())) s"
      + (failed.isEmpty ? "" : "; \(failed.count) left out")
  }

  var complaint: String? {
    guard let first = failed.first else { return nil }
    return failed.count == 1
      ? "one model was left out: \(first.error)"
      : "\(failed.count) models were left out; the first: \(first.error)"
  }

  /// Writes the page, and the same as JSON beside it.
  func write(to path: String) throws -> [Artifact] {
    let other = Self.numbers(beside: path)
    try StagedFile.write([
      (path: other, bytes: Array((json.text(pretty: true) + "\n").utf8)),
      (path: path, bytes: Array(page(path).utf8)),
    ])
    return [
      Artifact(path: path, mediaType: "text/html"),
      Artifact(path: other, mediaType: "application/json"),
    ]
  }

  private func page(_ path: String) -> String {
    let rows = entries.map { row($0, path) }.joined(separator: "\n")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <meta charset="utf-8">
      <title>Maquette: \(made.count) training sets</title>
      <style>
      body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff; }
      section { border-top: 1px solid #ccc; padding: 1rem 0; display: grid; gap: 1rem;
        grid-template-columns: minmax(16rem, 34rem) 1fr; }
      img { width: 100%; height: auto; } h2 { margin: 0; font-size: 1.1rem; }
      dl { display: grid; grid-template-columns: 9rem 1fr; margin: .5rem 0; } dd { margin: 0; overflow-wrap: anywhere; }
      .failed { color: #a00; }
      </style>
      <h1>\(MarkupText.escaped(text))</h1>
      \(rows)
      </html>

      """
  }

  private func row(_ entry: DatasetBatch.Entry, _ page: String) -> String {
    let title = "<h2>\(MarkupText.escaped(entry.item.name))</h2>"
    let result: VerbResult
    switch entry.outcome {
    case .success(let made): result = made
    case .failure(let error):
      return "<section><div></div><div>\(title)<p class=\"failed\">"
        + "left out: \(MarkupText.escaped("\(error)"))</p></div></section>"
    }
    let folder = URL(fileURLWithPath: page).deletingPathExtension().lastPathComponent + "_files/"
    let picture = entry.contactSheet.map { _ in
      let name = folder + entry.item.name + ".png"
      let link = name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? name
      return "<img loading=\"lazy\" alt=\"\" src=\"\(link)\">"
    }
    var facts: [(String, String)] = [("model", entry.item.path), ("views", result.text)]
    facts += entry.outputs.filter { $0.path != entry.contactSheet }.map { ("set", $0.path) }
    facts += entry.warnings.map { ("warning", $0) }
    let list = facts.map { "<dt>\($0)</dt><dd>\(MarkupText.escaped($1))</dd>" }.joined()
    return "<section><div>\(picture ?? "")</div><div>\(title)<dl>\(list)</dl></div></section>"
  }
}
