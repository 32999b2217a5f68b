import Foundation
import Settings

/// What a generation may ask for, and which work that is. The one file to change where the service's
/// vocabulary does.
struct Image3DOrder: Sendable {
  static let qualities = ["fast", "standard", "pro", "proplus", "ultra"]
  static let formats = ["glb", "stl", "obj", "ply"]
  private static let metadataLimit = 4096

  let mode, quality, format: String
  let isMeshOnly: Bool
  let metadata: JSONValue
  /// An address or base64, in mode image; words in mode text.
  let picture, prompt: String?

  static let schema = JSONSchema.object(
    [
      "mode": JSONSchema.choice(["image", "text"]), "image_url": JSONSchema.text(1...4096),
      "image": JSONSchema.text, "prompt": JSONSchema.text(1...1024),
      "quality": JSONSchema.choice(qualities), "output_format": JSONSchema.choice(formats),
      "mesh_only": JSONSchema.truth, "metadata": JSONSchema.anyObject,
    ], required: ["mode"], isClosed: true)

  static let olderSchema = JSONSchema.object(
    [
      "mode": JSONSchema.choice(["image", "text"]), "image": JSONSchema.text,
      "prompt": JSONSchema.text(1...1024), "quality": JSONSchema.choice(qualities),
      "mesh_only": JSONSchema.truth,
    ], required: ["mode"], isClosed: true)

  /// - Parameter isOlder: the form of `/api/generate`, whose usual quality is another.
  init(_ call: Call, isOlder: Bool) throws {
    let names =
      isOlder
      ? ["mode", "image", "prompt", "quality", "mesh_only"]
      : [
        "mode", "image_url", "image", "prompt", "quality", "output_format", "mesh_only", "metadata",
      ]
    let body = try call.fields(names)
    mode = try body.require("mode", body.choice("mode", of: ["image", "text"]))
    quality = try body.choice("quality", of: Self.qualities) ?? (isOlder ? "pro" : "standard")
    format = try body.choice("output_format", of: Self.formats) ?? "glb"
    isMeshOnly = try body.truth("mesh_only") ?? false
    metadata = body["metadata"] ?? .null
    guard metadata == .null || metadata.object != nil,
      metadata.text().utf8.count <= Self.metadataLimit
    else { throw body.wrong("metadata", "is an object of at most 4 KiB") }
    let most = PictureSource.inlineLimit
    let inline = try body.text("image", length: 1...most)
    picture = try body.text("image_url", length: 1...4096) ?? inline
    prompt = try body.text("prompt", length: 1...1024)
    if mode == "image" {
      guard picture != nil else {
        throw ServiceProblem(
          .invalid("request"), "mode image needs \"image_url\" or \"image\"", field: "image_url")
      }
    } else {
      guard prompt != nil else {
        throw ServiceProblem(
          .invalid("request"), "mode text needs \"prompt\"", field: "prompt")
      }
    }
  }

  /// What is taken before, and what it costs in the end.
  func price(_ prices: PriceBook) -> (precharge: Int, meter: JobPlan.Meter) {
    let full = prices.price(Image3D.dialect, quality)
    let percent = isMeshOnly ? prices.price(Image3D.dialect, "mesh_only_percent") : 100
    let price = full * percent / 100
    return (
      price,
      JobPlan.Meter(
        base: price * prices.price(Image3D.dialect, "base_percent") / 100,
        perSecond: Double(prices.price(Image3D.dialect, "per_minute")) / 60)
    )
  }

  /// The work, pictures not yet in it.
  var work: ImageTo3D {
    var work = ImageTo3D()
    work.isMeshOnly = isMeshOnly
    work.formats = [format]
    switch quality {
    case "fast": (work.resolution, work.textureSize, work.targetVertices) = (128, 1024, 10_000)
    case "standard": (work.resolution, work.textureSize, work.targetVertices) = (192, 2048, 20_000)
    case "pro": (work.resolution, work.textureSize, work.targetVertices) = (256, 2048, 30_000)
    case "proplus": (work.resolution, work.textureSize, work.targetVertices) = (320, 4096, 60_000)
    default: (work.resolution, work.textureSize, work.targetVertices) = (384, 4096, 100_000)
    }
    return work
  }

  /// As it is shown again.
  var json: JSONValue {
    [
      "mode": .string(mode), "quality": .string(quality), "output_format": .string(format),
      "mesh_only": .bool(isMeshOnly), "metadata": metadata,
      "input": .string(prompt ?? (picture?.hasPrefix("http") == true ? picture! : "a picture")),
    ]
  }
}
