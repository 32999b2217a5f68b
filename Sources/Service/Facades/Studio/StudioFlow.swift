import Foundation
import Settings

/// A figurine of a picture: rebuilt, mended, scaled, on a base, ready to print.
enum StudioFlow {
  /// Model railways' scales, and what a grown person of 1.75 m measures in them.
  private static let scales: [String: Double] = [
    "z": 220, "n": 160, "tt": 120, "h0": 87, "o": 48, "g": 22.5,
  ]
  private static let personMillimeters = 1750.0

  static let miniature = StudioOperation(
    paths: ["/v1/flow/miniature"], summary: "Makes a figurine of a picture",
    fields: [
      ("image", JSONSchema.text), ("image_url", JSONSchema.text(1...4096)),
      ("preset", JSONSchema.text), ("edition", JSONSchema.choice(["default", "fast"])),
      ("2d_engine", JSONSchema.text), ("3d_engine", JSONSchema.text),
      ("scale", JSONSchema.text(1...12)), ("scale_height_cm", JSONSchema.number(0.1, 100)),
      ("face_count", JSONSchema.whole(3000, 1_500_000)),
      ("obj_scale_multiplier", JSONSchema.number(1e-6, 1e6)),
    ]
  ) { body in
    let fields = try body.fields
    let isFast = try fields.choice("edition", of: ["default", "fast"]) == "fast"
    let height = try height(fields)
    let objScale = try fields.number("obj_scale_multiplier", in: 1e-6...1e6) ?? 1000
    var choice = StudioGenerators.Choice(
      name: "miniature", hasPBR: false, size: isFast ? .small : .full)
    choice.faces = try fields.whole("face_count", in: 3000...1_500_000)
    var warnings: [String] = []
    for name in ["preset", "2d_engine", "3d_engine"] where try fields.text(name) != nil {
      warnings.append("\(name) has no effect on the engine here")
    }
    let work = try await StudioGenerators.work(body, choice)
    var plan = work.plan()
    if let height {
      plan.steps.append(
        .init(
          verb: "print", inputs: ["model.glb"], output: "scaled.stl",
          settings: ["heightMillimeters": .number(height), "base": true]))
      plan.keep += [("scaled.stl", "scaled_stl"), ("scaled.certificate.json", "aside")]
    }
    plan.steps.append(
      .init(
        verb: "convert", inputs: ["model.glb"], output: "model.zip",
        settings: ["scale": .number(objScale)]))
    plan.keep.append(("model.zip", "archive_obj"))
    let made = plan
    return StudioOrder(
      kind: "figurine",
      price: body.core.prices.price(Studio.dialect, isFast ? "miniature_fast" : "miniature"),
      plan: made, record: { try work.record($0) }, warnings: warnings)
  }

  /// In millimetres; nil where it is not scaled.
  private static func height(_ fields: Fields) throws -> Double? {
    let given = try fields.number("scale_height_cm", in: 0.1...100).map { $0 * 10 }
    let word =
      try fields.text("scale", length: 1...12)?.lowercased() ?? (given == nil ? "none" : "custom")
    if word == "none" { return nil }
    if word == "custom" {
      guard let given else {
        throw ServiceProblem(
          .invalid("request"), "scale custom needs scale_height_cm", field: "scale_height_cm")
      }
      return given
    }
    if let ratio = scales[word] { return personMillimeters / ratio }
    let sides = word.split(separator: ":")
    guard sides.count == 2, sides[0] == "1", let ratio = Double(sides[1]),
      (17.5...10_000).contains(ratio)
    else {
      throw fields.wrong("scale", "is none, z, n, tt, h0, o, g, custom, or 1:N with N from 17.5")
    }
    return personMillimeters / ratio
  }
}
