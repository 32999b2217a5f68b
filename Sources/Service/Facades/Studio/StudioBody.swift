import Foundation
import HTTP
import Settings

/// The body of an order: JSON, or a form with a model file in it.
struct StudioBody: Sendable {
  let call: Call
  let value: JSONValue
  private let isForm: Bool
  private let files: [Form.File]
  private let names: [String]

  var core: ServiceCore { call.core }

  init(_ call: Call, names: [String]) throws {
    (self.call, self.names) = (call, names)
    switch call.request.body {
    case .form(let form):
      (isForm, files) = (true, form.files)
      value = .object(form.fields.map { ($0.name, .string($0.value)) })
      if let other = form.files.first(where: { !names.contains($0.field) }) {
        throw ServiceProblem(
          .invalid("request"), "there is no file field \"\(other.field.prefix(40))\"",
          field: String(other.field.prefix(40)))
      }
    default:
      (isForm, files) = (false, [])
      value = try call.json()
    }
    _ = try fields
  }

  var fields: Fields {
    get throws { try Fields(value, only: names, isForm: isForm) }
  }

  /// A model by its address, or as a file of the form: `model_url` or `model_file`.
  func model(_ name: String = "model") async throws -> ModelSource.Model {
    if let file = files.first(where: { $0.field == name + "_file" }) {
      return try await ModelSource.take(file: file.path, field: name + "_file", core)
    }
    let fields = try fields
    let url = try fields.require(
      name + "_url", fields.text(name + "_url", length: 1...4096))
    return try await ModelSource.take(url: url, field: name + "_url", core)
  }

  /// A picture in one of these fields; nil where none of them is there.
  func picture(_ names: [String]) async throws -> PictureSource.Picture? {
    for name in names {
      if let file = files.first(where: { $0.field == name }) {
        return try await PictureSource.take(file: file.path, field: name, core)
      }
      let most = PictureSource.inlineLimit
      if let text = try fields.text(name, length: 1...most) {
        return try await PictureSource.take(text: text, field: name, core)
      }
    }
    return nil
  }
}
