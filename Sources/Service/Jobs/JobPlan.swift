import Settings

/// What a worker does for a job: files to lay out, verbs to call on them, files to keep. Made where the
/// job is submitted, so that a worker knows no dialect.
struct JobPlan: Sendable, Equatable {
  struct Step: Sendable, Equatable {
    let verb: String
    let inputs: [String]
    var output: String?
    /// Options by their JSON names.
    let settings: JSONValue
    var seed = 0
  }

  /// Files by the name they have for the verbs, and the blobs they are.
  var inputs: [(name: String, blob: String)]
  var steps: [Step]
  /// Files to keep, by name, and the role of each.
  var keep: [(name: String, role: String)]
  /// What the job costs by its processor time; nil where its price is fixed.
  var meter: Meter?
  /// Whether it may use the network, as an engine that is a client of another machine must.
  var isConnected = false

  /// Money for work: so much to begin with, and so much for each second.
  struct Meter: Sendable, Equatable {
    let base: Int
    let perSecond: Double

    func price(seconds: Double) -> Int {
      base + Int(min((max(0, seconds) * perSecond).rounded(.up), 1e15))
    }
  }

  static func == (left: JobPlan, right: JobPlan) -> Bool { left.json == right.json }

  var json: JSONValue {
    [
      "inputs": .array(inputs.map { ["name": .string($0.name), "blob": .string($0.blob)] }),
      "steps": .array(
        steps.map { step in
          [
            "verb": .string(step.verb), "inputs": .array(step.inputs.map { .string($0) }),
            "output": step.output.map { .string($0) } ?? .null, "settings": step.settings,
            "seed": .integer(step.seed),
          ]
        }),
      "keep": .array(keep.map { ["name": .string($0.name), "role": .string($0.role)] }),
      "meter": meter.map { ["base": .integer($0.base), "perSecond": .number($0.perSecond)] }
        ?? .null,
      "isConnected": .bool(isConnected),
    ]
  }

  init(
    inputs: [(name: String, blob: String)], steps: [Step], keep: [(name: String, role: String)]
  ) {
    (self.inputs, self.steps, self.keep) = (inputs, steps, keep)
  }

  var blobs: [String] { inputs.map(\.blob) }

  init(_ json: JSONValue) {
    inputs = (json["inputs"]?.array ?? []).map {
      ($0["name"]?.string ?? "", $0["blob"]?.string ?? "")
    }
    steps = (json["steps"]?.array ?? []).map { step in
      Step(
        verb: step["verb"]?.string ?? "",
        inputs: (step["inputs"]?.array ?? []).compactMap(\.string),
        output: step["output"]?.string, settings: step["settings"] ?? .object([]),
        seed: step["seed"]?.int ?? 0)
    }
    keep = (json["keep"]?.array ?? []).map {
      ($0["name"]?.string ?? "", $0["role"]?.string ?? "")
    }
    if let base = json["meter"]?["base"]?.int {
      meter = Meter(base: base, perSecond: json["meter"]?["perSecond"]?.double ?? 0)
    }
    isConnected = json["isConnected"]?.bool ?? false
  }

  /// The media type that a file's name tells.
  static func mediaType(_ name: String) -> String {
    let types = [
      "mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "gif": "image/gif",
      "png": "image/png", "webp": "image/webp", "jpg": "image/jpeg", "zip": "application/zip",
      "h5": "application/x-hdf5", "glb": "model/gltf-binary", "stl": "model/stl",
      "obj": "model/obj", "fbx": "application/octet-stream",
      "off": "application/octet-stream", "usdz": "model/vnd.usdz+zip", "txt": "text/plain",
      "ply": "application/octet-stream", "3mf": "model/3mf",
      "json": "application/json",
    ]
    let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    return types[ending] ?? "application/octet-stream"
  }
}
