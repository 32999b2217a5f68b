import Settings

/// `renderSettings`: what may be asked for, what it costs, and which verbs do it. The one file to change
/// where the service's vocabulary does.
struct DXGLRenderSettings: Sendable {
  enum Rule: Sendable {
    case choice([String])
    case whole(ClosedRange<Int>)
    case truth
    /// `#rrggbb`
    case color
    case identifier
  }

  static let fields: [(name: String, rule: Rule, fallback: JSONValue?, help: String)] = [
    (
      "quality", .choice(["standard", "4k", "pro"]), "standard",
      "1080p, 4K, or 4K ProRes with alpha"
    ),
    ("aspect", .choice(["16:9", "1:1", "9:16"]), "16:9", "Width to height"),
    ("bgColor", .color, "#ffffff", "Background; bgImageId goes before it"),
    ("bgImageId", .identifier, nil, "An overlay to lie behind the model"),
    ("length", .whole(3...30), 6, "Seconds"),
    ("shadows", .truth, true, "Shadow on the ground"),
    ("reflector", .truth, false, "Mirroring ground"),
    ("easing", .truth, true, "Start and stop smoothly"),
    ("rotateY", .whole(-180...180), 0, "Degrees at the start"),
    ("tiltX", .whole(-90...90), 0, "Degrees of tilt"),
    (
      "effect", .choice(["turntable", "hero-spin", "showcase", "zoom-orbit", "reveal"]),
      "turntable", "Motion of the camera"
    ),
    ("output", .choice(["video", "dataset"]), "video", "What is made"),
    (
      "datasetQuality", .choice(["100x800", "196x1024", "400x2048"]), nil,
      "Views and pixels of a dataset"
    ),
    (
      "coverage", .choice(["hemisphere", "sphere"]), "hemisphere",
      "Where the views of a dataset are"
    ),
  ]

  /// Every field, defaults filled in.
  let values: JSONValue

  static let standard = try! DXGLRenderSettings(.object([]))

  /// Throws where a field is unknown or out of its range: nothing is clamped silently.
  init(_ given: JSONValue?) throws {
    func wrong(_ message: String) -> ServiceProblem {
      ServiceProblem(.invalid("settings"), message)
    }
    guard let members = (given ?? .object([])).object else {
      throw wrong("renderSettings is not an object")
    }
    for (key, _) in members where !Self.fields.contains(where: { $0.name == key }) {
      throw wrong("renderSettings has no field \"\(key.prefix(40))\"")
    }
    var filled: [(key: String, value: JSONValue)] = []
    for (name, rule, fallback, _) in Self.fields {
      guard let value = given?[name] else {
        if let fallback { filled.append((name, fallback)) }
        continue
      }
      guard Self.isAllowed(value, rule) else { throw wrong("\(name) is \(Self.describe(rule))") }
      filled.append((name, rule.isWhole ? .integer(value.int ?? 0) : value))
    }
    values = .object(filled)
    guard !isDataset || values["datasetQuality"] != nil else {
      throw wrong("datasetQuality is needed where output is dataset")
    }
  }

  private static func isAllowed(_ value: JSONValue, _ rule: Rule) -> Bool {
    switch rule {
    case .choice(let names): value.string.map { names.contains($0) } ?? false
    case .whole(let range): value.int.map { range.contains($0) } ?? false
    case .truth: value.bool != nil
    case .color:
      value.string.map { text in
        text.utf8.count == 7 && text.hasPrefix("#")
          && text.dropFirst().allSatisfy { $0.isASCII && $0.isHexDigit }
      } ?? false
    case .identifier:
      value.string.map { (1...64).contains($0.utf8.count) } ?? false
    }
  }

  private static func describe(_ rule: Rule) -> String {
    switch rule {
    case .choice(let names): "one of " + names.joined(separator: ", ")
    case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .truth: "true or false"
    case .color: "a colour such as #ffffff"
    case .identifier: "an overlay's id"
    }
  }

  private func text(_ name: String) -> String { values[name]?.string ?? "" }

  var isDataset: Bool { text("output") == "dataset" }
  var overlay: String? { isDataset ? nil : values["bgImageId"]?.string }
  var kind: String { isDataset ? "render_dataset" : "render_video" }

  /// In credits.
  func price(_ prices: PriceBook) -> Int {
    prices.price(DXGL.dialect, isDataset ? text("datasetQuality") : text("quality"))
  }

  // MARK: Plans

  /// - Parameters:
  ///   - model: the blob and the ending of its name.
  ///   - overlay: the picture to lie behind, in the same way.
  func plan(
    model: (blob: String, ending: String), overlay: (blob: String, ending: String)?
  ) -> JobPlan {
    let name = "model.\(model.ending)"
    let inputs = [(name: name, blob: model.blob)]
    if isDataset { return datasetPlan(name, inputs) }
    var settings = videoSettings
    var all = inputs
    let isPro = text("quality") == "pro"
    if let overlay {
      let picture = "background.\(overlay.ending)"
      all.append((picture, overlay.blob))
      settings.append(("backgroundImage", .string(picture)))
    } else if !isPro {
      // ProRes has its alpha instead.
      settings.append(("background", values["bgColor"] ?? "#ffffff"))
    }
    let video = isPro ? "video.mov" : "video.mp4"
    return JobPlan(
      inputs: all,
      steps: [.init(verb: "turntable", inputs: [name], output: video, settings: .object(settings))]
        + Self.webPosters,
      keep: Self.videoFiles(video))
  }

  private var videoSettings: [(key: String, value: JSONValue)] {
    [
      ("quality", values["quality"]!), ("aspect", values["aspect"]!),
      ("lengthSeconds", values["length"]!), ("shadows", values["shadows"]!),
      ("reflector", values["reflector"]!), ("easing", values["easing"]!),
      ("rotateDegrees", values["rotateY"]!), ("tiltDegrees", values["tiltX"]!),
      ("effect", values["effect"]!),
    ] + Self.besideVideo
  }

  private static let besideVideo: [(key: String, value: JSONValue)] = [
    ("web", "web.mp4"), ("thumb", "thumb.mp4"), ("poster", "poster.png"),
    ("posterThumb", "poster-thumb.png"), ("bundle", "bundle.zip"),
  ]

  /// Posters again, for clients that would rather have WebP.
  private static let webPosters: [JobPlan.Step] = ["poster-thumb", "poster"].map { name in
    .init(
      verb: "cutout", inputs: [name + ".png"], output: name + ".webp",
      settings: ["keepBackground": true])
  }

  private static func videoFiles(_ video: String) -> [(name: String, role: String)] {
    [
      ("poster-thumb.png", "poster_thumb"), ("poster.png", "poster"), (video, "video"),
      ("web.mp4", "video_web"), ("thumb.mp4", "thumb"), ("bundle.zip", "bundle"),
      ("poster-thumb.webp", "poster_thumb_webp"), ("poster.webp", "poster_webp"),
    ]
  }

  private func datasetPlan(_ model: String, _ inputs: [(name: String, blob: String)]) -> JobPlan {
    let numbers = text("datasetQuality").split(separator: "x").compactMap { Int($0) }
    func still(_ file: String, _ side: Int) -> JobPlan.Step {
      .init(
        verb: "render", inputs: [model], output: file,
        settings: ["width": .integer(side), "background": "transparent"])
    }
    return JobPlan(
      inputs: inputs,
      steps: [
        still("poster-thumb.png", 200), still("poster.png", 800),
        .init(
          verb: "dataset", inputs: [model], output: "dataset.zip",
          settings: [
            "views": .integer(numbers[0]), "pixels": .integer(numbers[1]),
            "coverage": values["coverage"]!, "layout": ["dxgl"], "hdf5": "dataset.h5",
          ]),
      ] + Self.webPosters,
      keep: [
        ("poster-thumb.png", "poster_thumb"), ("poster.png", "poster"),
        ("dataset.zip", "dataset"), ("dataset.h5", "dataset_h5"),
        ("poster-thumb.webp", "poster_thumb_webp"), ("poster.webp", "poster_webp"),
      ])
  }

  /// The free look at each upload: a small video, the model's numbers, and a GLB of what is none.
  static func previewPlan(model: (blob: String, ending: String)) -> JobPlan {
    let name = "model.\(model.ending)"
    var steps: [JobPlan.Step] = []
    if model.ending != "glb" {
      steps.append(
        .init(verb: "convert", inputs: [name], output: "model.glb", settings: .object([])))
    }
    steps.append(
      JobPlan.Step(
        verb: "turntable", inputs: [name], output: "video.mp4",
        settings: .object(
          [
            ("side", .integer(540)), ("framesPerSecond", .integer(15)),
            ("background", "#ffffff"),
          ] + besideVideo)))
    steps += webPosters
    steps.append(.init(verb: "inspect", inputs: [name], settings: .object([])))
    return JobPlan(
      inputs: [(name, model.blob)], steps: steps,
      keep: videoFiles("video.mp4") + (model.ending == "glb" ? [] : [("model.glb", "model_glb")]))
  }
}

extension DXGLRenderSettings.Rule {
  fileprivate var isWhole: Bool { if case .whole = self { true } else { false } }
}
