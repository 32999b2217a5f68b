import Foundation
import Imaging
import Reconstruction
public import Settings
public import Work

public struct CutOutPictureSettings: SettingsGroup {
  @Setting("Leave the background in; only the size is changed.")
  public var keepBackground = false

  @Setting("Make the picture so many times as large, reading between its pixels.", in: 0.01...16)
  public var scale = 1.0

  public init() {}
}

/// A picture to the same without what lies behind its object.
public enum CutOutPicture: Verb {
  public static let name = "cutout"
  public static let summary = "Cuts the object of a picture out of its background."
  public static let usage = "PICTURE -o PICTURE.png|.webp"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: "png")

  private static let sideLimit = 16_384

  public static func run(_ call: VerbCall<CutOutPictureSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let ending = URL(fileURLWithPath: call.output!).pathExtension.lowercased()
    guard ["png", "webp"].contains(ending) else {
      throw UsageError("cutout writes .png or .webp, which can be transparent")
    }
    work.progress.declare([("read", 1), ("cut", 8), ("write", 1)])
    work.progress.enter("read")
    var image = try InputPicture.read(call.inputs[0]).rgba8()
    guard min(image.width, image.height) >= 32 else {
      throw InputError("tiny-picture", "32 pixels a side are needed", call.inputs[0])
    }
    work.progress.enter("cut")
    if !call.options.keepBackground && Cutout.isNeeded(for: image) {
      image = try Cutout.applied(to: image, name: call.inputs[0])
    }
    let scale = call.options.scale
    let (width, height) = (
      Int((Double(image.width) * scale).rounded()), Int((Double(image.height) * scale).rounded())
    )
    guard min(width, height) >= 1, max(width, height) <= sideLimit else {
      throw UsageError(
        "--scale \(scale) makes \(width) x \(height) pixels; at most \(sideLimit) a side are written"
      )
    }
    if scale != 1 {
      image =
        scale < 1
        ? image.reduced(toWidth: width, height: height)
        : image.enlarged(toWidth: width, height: height)
    }
    work.progress.enter("write")
    let file =
      ending == "png"
      ? try ImageFile.encodePNG(image) : try ImageFile.encodeWebP(image, quality: 95)
    try StagedFile.write(file, to: call.output!)
    let opaque = (0..<image.width * image.height).count { image.bytes[4 * $0 + 3] > 127 }
    let share = Double(opaque) / Double(image.width * image.height)
    return VerbResult(
      outputs: [
        Artifact(path: call.output!, mediaType: ending == "png" ? "image/png" : "image/webp")
      ],
      result: [
        "width": .integer(image.width), "height": .integer(image.height),
        "objectShare": .number(share),
      ],
      text:
        "\(image.width) x \(image.height) pixels, the object on \((share * 100).brief) % of them")
  }
}
