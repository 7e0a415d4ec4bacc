//! Why this service refuses. The comments of the RPCs name the same codes.

use yihe_kernel::reasons;

reasons! {
    FILE_TOO_LARGE: Exhausted, "the file has {size} bytes; {limit} are allowed", "文件大小为 {size} 字节,上限为 {limit} 字节";
    COMMUNITY_FILES_FULL: Exhausted, "the files of {name} take {used} of {limit} bytes; {size} more do not fit", "{name} 的文件已占用 {used} 字节(上限 {limit} 字节),无法再存入 {size} 字节";
    MEDIA_TYPE_NOT_ALLOWED: Invalid, "{media_type} is not accepted; accepted are {allowed}", "不接受 {media_type} 类型的文件,可接受的类型:{allowed}";
    MEDIA_TYPE_MISMATCH: Invalid, "the file is declared as {declared}, but its content is {found}", "文件声明为 {declared},实际内容为 {found}";
    SIZE_MISMATCH: Invalid, "{declared} bytes were declared, {received} came", "声明 {declared} 字节,实收 {received} 字节";
    DIGEST_MISMATCH: Invalid, "the SHA-256 of what came is {found}, declared was {declared}", "实收内容的 SHA-256 为 {found},声明为 {declared}";
    UPLOAD_STALLED: Unavailable, "the upload was given up: {detail}", "上传已中止:{detail_zh}";
    FILE_RETIRED: Precondition, "{name} was retired", "文件 {name} 已停用";
    FILE_RETAINED: Precondition, "{name} is cited by a record and is kept until {until}", "文件 {name} 已被记录引用,须保存至 {until}";
    RANGE_INVALID: Invalid, "the file has {size} bytes; there are no {length} bytes from {offset} on", "文件共 {size} 字节,自第 {offset} 字节起不足 {length} 字节";
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_contract_names_every_reason() {
        let contracts = [
            include_str!("../../../proto/yihe/file/v1/file.proto"),
            include_str!("../../../proto/yihe/file/v1/lookup.proto"),
        ];
        for reason in super::REASONS {
            let named = contracts
                .iter()
                .any(|text| text.contains(&format!("`{}`", reason.code)));
            assert!(named, "{} is not named in the contract", reason.code);
        }
    }
}
