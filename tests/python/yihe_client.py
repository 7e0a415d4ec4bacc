"""Calls a Yihe gateway by reflection: no generated stubs, only grpcio and protobuf."""

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


class Refused(Exception):
    """A refusal with its stable reason."""

    def __init__(self, error: grpc.RpcError):
        self.code = error.code()
        self.text = error.details()
        self.reason = ""
        self.localized = ""
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                for detail in status_pb2.Status.FromString(value).details:
                    info = error_details_pb2.ErrorInfo()
                    message = error_details_pb2.LocalizedMessage()
                    if detail.Unpack(info):
                        self.reason = info.reason
                    elif detail.Unpack(message):
                        self.localized = message.message
        super().__init__(f"{self.code.name} {self.reason}: {self.text}")


class Gateway:
    """One channel to a gateway, and the contracts it told by reflection."""

    def __init__(self, address: str):
        self.channel = grpc.insecure_channel(address)
        self.pool = DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))
        self.revision = None

    def call(self, method: str, request: dict, token: str | None = None, acting_as: str | None = None) -> dict:
        """Calls `package.Service/Method` with a request as ProtoJSON; returns the answer the same way."""
        service, name = method.split("/")
        descriptor = self.pool.FindServiceByName(service).methods_by_name[name]
        message = json_format.ParseDict(request, GetMessageClass(descriptor.input_type)())
        metadata = [("accept-language", "zh-CN")]
        if token:
            metadata.append(("authorization", f"Bearer {token}"))
        if acting_as:
            metadata.append(("yihe-acting-as", acting_as))
        if self.revision:
            metadata.append(("yihe-at-least-revision", self.revision))
        rpc = self.channel.unary_unary(
            f"/{method}",
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=GetMessageClass(descriptor.output_type).FromString,
        )
        try:
            answer = json_format.MessageToDict(rpc(message, metadata=metadata, timeout=20))
        except grpc.RpcError as error:
            raise Refused(error) from None
        # what a write changed in authority is waited for by the calls after it
        self.revision = answer.get("revision") or self.revision
        return answer


class Person:
    """Somebody who signs in and acts for one organization."""

    def __init__(self, gateway: Gateway, login: str, password: str, organization: str):
        self.gateway, self.login, self.password, self.organization = gateway, login, password, organization
        self.sign_in()

    def sign_in(self) -> None:
        answer = self.gateway.call(
            "yihe.directory.v1.SignInService/SignIn", {"login": self.login, "password": self.password}
        )
        self.token = answer["accessToken"]

    def call(self, method: str, request: dict, acting_as: str | None = None) -> dict:
        return self.gateway.call(method, request, self.token, acting_as or self.organization)
