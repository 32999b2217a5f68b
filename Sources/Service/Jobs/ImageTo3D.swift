import Foundation
import Settings

/// Pictures to a model: the one operation behind every dialect's generator.
struct ImageTo3D: Sendable {
  /// Which side a picture shows, where several are given.
  static let sides = ["front", "left", "back", "right"]

  var pictures: [(picture: PictureSource.Picture, side: String?)] = []
  var targetVertices: Int?
  var textureSize = 2048
  var resolution: Int?
  var remesh = false
  /// No texture is wanted.
  var isMeshOnly = false
  /// Factor on the result's size.
  var scale = 1.0
  /// Besides the GLB.
  var formats: [String] = []
  /// A program of the operator's that makes the model of one picture, in place of ours; of several it takes none.
  var engine: String?
  var meter: JobPlan.Meter?

  private var words: (blob: String, bytes: Int)?
  var seed = 0

  /// Makes it of words, with the operator's engine for them. Throws where there is none.
  mutating func use(words text: String, _ core: ServiceCore) async throws {
    guard let command = core.settings.textCommand else {
      throw ServiceProblem(
        .unavailable("mode"),
        "models of words need an engine, and none is set up here (serve --text-command)")
    }
    let path = core.scratch + "/prompt-" + Identifier.short()
    defer { try? FileManager.default.removeItem(atPath: path) }
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) } catch {
      throw ServiceProblem(.storage, "the words cannot be stored")
    }
    let (blob, bytes) = try await core.blobs.adopt(path)
    (words, engine) = ((blob, bytes), command)
  }

  /// Makes the rows that keep what it is made of.
  func record(_ database: Connection) throws {
    for (picture, _) in pictures { try picture.record(database) }
    if let words { try BlobStore.record(words.blob, bytes: words.bytes, database) }
  }

  /// The GLB has the role `model_glb`; others theirs: `model_stl`. A picture of it is `render_image`.
  func plan() -> JobPlan {
    let engine = pictures.count > 1 ? nil : engine
    var inputs: [(name: String, blob: String)] = pictures.enumerated().map { index, entry in
      let name = pictures.count == 1 ? "picture" : entry.side ?? Self.sides[index % 4]
      return ("\(name).\(entry.picture.format)", entry.picture.blob)
    }
    if let words { inputs.append(("prompt.txt", words.blob)) }
    let made = scale == 1 && !isMeshOnly ? "model.glb" : "made.glb"
    var steps = [
      JobPlan.Step(
        verb: "reconstruct", inputs: inputs.map(\.name), output: made,
        settings: settings(engine),
        seed: seed)
    ]
    if made != "model.glb" {
      steps.append(
        .init(
          verb: "convert", inputs: [made], output: "model.glb",
          settings: ["scale": .number(scale), "merge": .bool(isMeshOnly)]))
    }
    for format in formats where format != "glb" {
      steps.append(
        .init(
          verb: "convert", inputs: ["model.glb"], output: "model.\(format)",
          // Its materials would lie in files beside it.
          settings: format == "obj" ? ["merge": true] : .object([])))
    }
    steps.append(
      .init(
        verb: "render", inputs: ["model.glb"], output: "render.png",
        settings: ["width": 768, "background": "transparent"]))
    var plan = JobPlan(
      inputs: inputs, steps: steps,
      keep: [("model.glb", "model_glb")]
        + formats.filter { $0 != "glb" }.map {
          ("model.\($0)", "model_\($0)")
        } + [("render.png", "render_image")])
    plan.meter = meter
    plan.isConnected = engine != nil
    return plan
  }

  private func settings(_ engine: String?) -> JSONValue {
    var settings: [(key: String, value: JSONValue)] = [
      ("textureSize", .integer(textureSize)), ("remesh", .bool(remesh)),
    ]
    if let targetVertices { settings.append(("targetVertices", .integer(targetVertices))) }
    if let resolution { settings.append(("resolution", .integer(resolution))) }
    if let engine {
      settings += [("backend", "external"), ("externalCommand", .string(engine))]
    }
    return .object(settings)
  }
}
